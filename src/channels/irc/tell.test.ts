import { expect, it } from 'vitest';
import type { Course } from '../attempt-course.ts';
import type { IrcConnection } from './connection.ts';
import { parseLine } from './line.ts';
import { join, tell } from './tell.ts';

/** A server that says these lines, and answers the PING last. */
function server(...lines: readonly string[]): IrcConnection {
  const left = [...lines, ':s PONG s token'];
  return {
    isAlive: () => true,
    say: () => undefined,
    hear: async () => parseLine(left.shift() ?? 'ERROR :nothing more to say'),
    rest: () => undefined,
    destroy: () => undefined,
  };
}

const course: Course = { leaves: () => undefined, atEnd: () => undefined };
const sayTo = (connection: IrcConnection) => tell(connection, course, 'PRIVMSG #a :x', 'token');

it.each([
  [':s NOTICE x :welcome', { type: 'sent', receipt: 'PONG' }],
  [':s 301 x bob :gone', { type: 'sent', receipt: 'PONG; away' }],
  [':s 401 x bob :No such nick', { type: 'failed', reason: 'recipient' }],
  [':s 404 x #a :Cannot send to channel', { type: 'failed', reason: 'recipient' }],
  [':s 408 x #a :No colours here', { type: 'failed', reason: 'recipient' }],
  [':s 477 x #a :You need to be registered to speak', { type: 'failed', reason: 'recipient' }],
  [':s 716 x bob :is in +g mode', { type: 'failed', reason: 'recipient' }],
  [':s 417 x :Input line was too long', { type: 'failed', reason: 'tooLong' }],
  [':s 421 x PRIVMSG :Unknown command', { type: 'failed', reason: 'rejected' }],
  [':s 263 x PRIVMSG :Please wait', { type: 'retry', reason: 'rateLimited' }],
  [':s 439 x bob :Target change too fast', { type: 'retry', reason: 'rateLimited' }],
  ['ERROR :Excess Flood', { type: 'unknown', detail: 'the server ends it: ERROR Excess Flood' }],
])('understands %j', async (line, expected) => {
  expect(await sayTo(server(line))).toMatchObject(expected);
});

it('is not content with another channel than its own', async () => {
  const forwarded = server(':s 470 x #a ##a :Forwarding to another channel', ':s 366 x ##a :End');
  expect(await join(forwarded, '#a', undefined)).toMatchObject({ type: 'failed', reason: 'recipient' });
  expect(await join(server(':s 366 x #a :End'), '#a', undefined)).toBeUndefined();
});
