import { isGsm } from '../../render/sms-alphabet.ts';

/** What the head of a file in the queue says. */
export interface SmsHead {
  readonly to: string;
  readonly queue: string | undefined;
}

/**
 * An SMS as SMS Server Tools read it (their manual, "SMS file format"): head, empty line, text. A number
 * with country code stands without its plus; any other is a short number, for which the prefix is `s`. The
 * text is UTF-8 while the GSM alphabet has all of it, else big-endian UTF-16 as the manual wants it.
 */
export function spoolFile(text: string, { to, queue }: SmsHead): Buffer {
  const number = to.startsWith('+') ? to.slice(1) : `s${to}`;
  const plain = isGsm(text);
  const head = [
    `To: ${number}`,
    ...(queue === undefined ? [] : [`Queue: ${queue}`]),
    `Alphabet: ${plain ? 'UTF-8' : 'UCS2'}`,
    '',
    '',
  ].join('\n');
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    plain ? Buffer.from(text, 'utf8') : Buffer.from(text, 'utf16le').swap16(),
  ]);
}
