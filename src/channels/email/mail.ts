import { createHash } from 'node:crypto';
import type MailComposer from 'nodemailer/lib/mail-composer';
import { safeForTerminal } from '../../kit/terminal.ts';
import { truncate } from '../../kit/text.ts';
import type { Message } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';
import type { Attempt } from '../contract.ts';
import { idempotencyKeyOf } from '../envelope.ts';

/** The longest subject, in characters as a reader counts them. */
const longestSubject = 250;
const longestHeader = 200;

/**
 * The attempt as a mail (RFC 5322). Its Message-ID is that of every attempt at this part, so that a
 * mailbox that knows it already can drop a repeat; all mails about one alert form one thread.
 */
export function composeMail(
  Composer: typeof MailComposer,
  attempt: Attempt,
  addresses: { readonly from: string; readonly to: readonly string[] },
  now: Instant,
): Promise<Buffer> {
  const { message, part } = attempt;
  const domain = addresses.from.slice(addresses.from.lastIndexOf('@') + 1);
  const thread = messageId(`alert.${message.payload.id}`, domain);
  return new Composer({
    from: addresses.from,
    to: [...addresses.to],
    subject: subjectOf(attempt),
    messageId: messageId(idempotencyKeyOf(attempt), domain),
    inReplyTo: thread,
    references: thread,
    date: new Date(now),
    text: bodyOf(message.parts[part] ?? ''),
    textEncoding: 'quoted-printable',
    headers: headersOf(message),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** Characters of an id that need no quoting in an address (RFC 5322, 3.2.3); other ids are hashed. */
const plainId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

function messageId(id: string, domain: string): string {
  const isPlain = plainId.test(id) && !id.includes('..') && !id.endsWith('.');
  const left = isPlain ? id : createHash('sha256').update(id).digest('hex');
  return `<${left}.bird-sentinel@${domain}>`;
}

function subjectOf({ message, part }: Attempt): string {
  const place = message.parts.length > 1 ? ` (${part + 1}/${message.parts.length})` : '';
  return `${truncate(oneLine(message.title), longestSubject)}${place}`;
}

/** A header is one line of visible text: nothing in it can begin another one. */
const oneLine = (text: string): string => safeForTerminal(text.replace(/\s+/gu, ' ')).trim();

const bodyOf = (text: string): string => safeForTerminal(text.replace(/\r\n?/g, '\n'));

/** How urgent it is in the words that mail programs know, and who wrote it (RFC 3834, section 5). */
function headersOf(message: Message): { [name: string]: string } {
  const { payload } = message;
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    ...urgencyOf(message),
    'Bird-Alert': headerText(payload.id),
    'Bird-Rule': headerText(payload.rule),
    'Bird-Severity': payload.severity,
    'Bird-Status': payload.status,
  };
}

const headerText = (text: string): string => truncate(oneLine(text), longestHeader);

function urgencyOf({ severity, payload }: Message): { [name: string]: string } {
  if (payload.status === 'resolved' || severity === 'warning')
    return { 'X-Priority': '3 (Normal)', Importance: 'normal' };
  return severity === 'critical'
    ? { 'X-Priority': '1 (Highest)', Importance: 'high' }
    : { 'X-Priority': '5 (Lowest)', Importance: 'low' };
}
