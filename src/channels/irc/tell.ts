import type { Delivery } from '../../model/delivery.ts';
import { type Course, tryAgain } from '../attempt-course.ts';
import { quoted } from '../http-call.ts';
import type { IrcConnection } from './connection.ts';

/** Why a channel cannot be entered: ERR_NOSUCHCHANNEL and its like (RFC 2812, section 5.2; 477 of IRCv3, and 470, which leads to another one). */
const isClosedDoor: ReadonlySet<string> = new Set([
  '403',
  '405',
  '407',
  '470',
  '471',
  '473',
  '474',
  '475',
  '476',
  '477',
  '489',
]);

/** Enters a channel. Undefined once we are in. */
export async function join(
  connection: IrcConnection,
  channel: string,
  key: string | undefined,
): Promise<Delivery | undefined> {
  connection.say(key === undefined ? `JOIN ${channel}` : `JOIN ${channel} ${key}`);
  for (;;) {
    const { command, words } = await connection.hear();
    // RPL_ENDOFNAMES is the last thing said to who comes in.
    if (command === '366') return undefined;
    const says = `${channel}: ${command} ${quoted(words.slice(2).join(' '), [key ?? ''])}`;
    if (isClosedDoor.has(command)) return { type: 'failed', reason: 'recipient', detail: says };
    if (command === '437') return tryAgain('recipient', says);
    if (command === 'ERROR')
      return tryAgain('unavailable', `the server says: ${quoted(words.join(' '), [])}`);
  }
}

/** Said too soon after another message: RPL_TRYAGAIN (RFC 2812, section 5.1) and ERR_TARGETTOOFAST of ircu. */
const isTooSoon: ReadonlySet<string> = new Set(['263', '439']);

/** What is wrong with the line and not with who is told: ERR_NOTEXTTOSEND, ERR_UNKNOWNCOMMAND. */
const isOurs: ReadonlySet<string> = new Set(['412', '421']);

/**
 * What an objection means for the line that was said last. Servers refuse it by many numbers (401, 404, 442, and
 * 408, 477, 489, 531 of the newer ones): each error is one, and so is that somebody asks to be left alone (716).
 */
function objectionIn(command: string, says: string): Delivery | undefined {
  if (isTooSoon.has(command)) return tryAgain('rateLimited', says);
  if (command === '417') return { type: 'failed', reason: 'tooLong', detail: says };
  if (isOurs.has(command)) return { type: 'failed', reason: 'rejected', detail: says };
  return /^(?:[45]\d\d|716)$/.test(command)
    ? { type: 'failed', reason: 'recipient', detail: says }
    : undefined;
}

/**
 * Says one line, and asks for a PONG behind it: a server works through what it is told in order, so that
 * an objection would have come before. The proof is that the server has it, not that somebody reads it.
 */
export async function tell(
  connection: IrcConnection,
  course: Course,
  line: string,
  token: string,
): Promise<Delivery> {
  course.leaves();
  connection.say(line);
  connection.say(`PING :${token}`);
  let note = '';
  for (;;) {
    const { command, words } = await connection.hear();
    const says = `${command} ${quoted(words.slice(command === 'ERROR' ? 0 : 1).join(' '), [])}`;
    if (command === 'PONG' && words.includes(token)) return { type: 'sent', receipt: `PONG${note}` };
    if (command === '301') note = '; away';
    const objection = objectionIn(command, says);
    if (objection !== undefined) return objection;
    if (command === 'ERROR') return { type: 'unknown', detail: `the server ends it: ${says}` };
  }
}
