import { unreachable } from '../../kit/assert.ts';
import { safeLine } from '../../kit/terminal.ts';
import { truncate } from '../../kit/text.ts';
import type { Delivery, FailureReason } from '../../model/delivery.ts';
import type { Credentials, Refusal, SessionEnd, Step } from './session.ts';

/**
 * What a session means for the message. `say` makes a server's words fit to be shown; `othersHaveIt`: an
 * earlier attempt was accepted for the other recipients.
 */
export function deliveryOf(end: SessionEnd, say: (reply: string) => string, othersHaveIt = false): Delivery {
  switch (end.type) {
    case 'accepted':
      return deliveryOfAccepted(say(end.reply), end.refused, say);
    case 'refused':
      return deliveryOfRefused(end, say, othersHaveIt);
    case 'noLogin':
      return retry('auth', 'the server offers no login on this connection');
    case 'tooLarge':
      return { type: 'failed', reason: 'tooLong', detail: 'larger than the server takes' };
    case 'broken':
      if (end.perhapsSent) return { type: 'unknown', detail: `${end.detail}, after the mail was sent` };
      return retry(end.cause === 'connection' ? 'unavailable' : 'timeout', end.detail);
    default:
      return unreachable(end);
  }
}

/** Some took it: who was put off is asked again, who was refused stands in the receipt. */
function deliveryOfAccepted(
  reply: string,
  refused: readonly Refusal[],
  say: (reply: string) => string,
): Delivery {
  if (refused.length === 0) return { type: 'sent', receipt: reply };
  const words = namesOf(refused, say);
  return refused.some(isTransient)
    ? retry('recipient', clipped(`accepted for the others, not for ${words}`))
    : { type: 'sent', receipt: clipped(`${reply}; refused: ${words}`) };
}

function deliveryOfRefused(
  end: Extract<SessionEnd, { type: 'refused' }>,
  say: (reply: string) => string,
  othersHaveIt: boolean,
): Delivery {
  const { step, code, refused } = end;
  const detail = refused.length > 1 ? clipped(namesOf(refused, say)) : say(end.reply);
  if (isAuthCode(code) || step === 'login') return retry('auth', detail);
  // The server has not seen the message yet: this is about the server, whatever the code.
  if (step === 'session') return retry('unavailable', detail);
  if (code < 500) return retry(step === 'recipients' ? 'recipient' : 'unavailable', detail);
  if (othersHaveIt && step === 'recipients')
    return { type: 'sent', receipt: clipped(`accepted for the others before; refused: ${detail}`) };
  return { type: 'failed', reason: reasonOf(step, code, end.reply), detail };
}

/** Authentication required, too weak, or without encryption, and credentials not accepted (RFC 4954, 6). */
const isAuthCode = (code: number): boolean => code === 530 || code === 534 || code === 535 || code === 538;

function reasonOf(step: Step, code: number, reply: string): FailureReason {
  if (step === 'recipients') return 'recipient';
  // 552 and 5.3.4: larger than the server takes (RFC 1870, RFC 3463).
  return code === 552 || /^\d{3}[ -]5\.3\.4\b/.test(reply) ? 'tooLong' : 'rejected';
}

const isTransient = ({ code }: Refusal): boolean => code < 500;

const namesOf = (refused: readonly Refusal[], say: (reply: string) => string): string =>
  refused.map(({ recipient, reply }) => `${recipient} (${say(reply)})`).join(', ');

const retry = (reason: FailureReason, detail: string): Delivery => ({ type: 'retry', reason, detail });

const clipped = (text: string): string => truncate(text, 900);

/** A server's words on one line, harmless, short, and without the credentials, should it repeat them. */
export function quoted(reply: string, credentials: Credentials | undefined): string {
  const line = safeLine(
    withoutCredentials(reply, credentials)
      .replace(/[\t\r\n ]+/g, ' ')
      .trim(),
  );
  return line === '' ? 'no words' : truncate(line, 300);
}

function withoutCredentials(text: string, credentials: Credentials | undefined): string {
  if (credentials === undefined) return text;
  const { user, password } = credentials;
  const forms = [password, base64(password), base64(`\0${user}\0${password}`)];
  return forms.reduce((rest, form) => rest.replaceAll(form, '[password]'), text);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
