import type { Client } from '@xmpp/client';
import type { Delivery } from '../../model/delivery.ts';
import { type Course, tryAgain } from '../attempt-course.ts';
import { quoted } from '../http-call.ts';
import type { Library } from './login.ts';

/** Whom to tell. */
export type Place =
  | { readonly type: 'person'; readonly jid: string }
  | {
      readonly type: 'room';
      readonly jid: string;
      readonly nick: string;
      readonly password: string | undefined;
    };

/** The words, and the name of the message: the same for every attempt at it. */
export interface Words {
  readonly text: string;
  readonly id: string;
}

/** A stanza as the library gives it. */
interface Stanza {
  readonly name: string;
  readonly attrs: { readonly [name: string]: string | undefined };
  getChild(name: string): Stanza | undefined;
  getChildElements(): readonly Stanza[];
  getChildren(name: string): readonly Stanza[];
  text(): string;
}

/**
 * Tells a person, or all in a room. The proof is the room's own copy of the message (XEP-0045, 7.4), or for
 * a person the server's answer to a PING behind it (XEP-0199): a server works through one stream in order.
 */
export async function tell(
  library: Library,
  entity: Client,
  course: Course,
  place: Place,
  words: Words,
): Promise<Delivery> {
  if (place.type === 'person') return tellPerson(library, entity, course, place.jid, words);
  const refusal = await enter(library, entity, place);
  return refusal ?? tellRoom(library, entity, course, place, words);
}

function tellPerson(
  { xml }: Library,
  entity: Client,
  course: Course,
  to: string,
  { text, id }: Words,
): Promise<Delivery> {
  const ping = `${id}-ping`;
  const answer = heard(entity, (stanza): Delivery | undefined => {
    if (stanza.name === 'message') return bounced(stanza, id);
    // Also a server that knows no PING has to answer it, and has read the message then.
    return stanza.name === 'iq' && stanza.attrs['id'] === ping
      ? { type: 'sent', receipt: 'taken' }
      : undefined;
  });
  course.leaves();
  say(entity, xml('message', { to, type: 'chat', id }, xml('body', {}, text)));
  say(entity, xml('iq', { type: 'get', id: ping }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
  return answer;
}

/** Enters a room, without its history. Undefined once we are in (XEP-0045, 7.2). */
function enter(
  { xml }: Library,
  entity: Client,
  { jid, nick, password }: Extract<Place, { type: 'room' }>,
): Promise<Delivery | undefined> {
  const answer = heard(entity, (stanza): Delivery | 'in' | undefined => {
    if (stanza.name !== 'presence' || bare(stanza.attrs['from']) !== jid.toLowerCase()) return undefined;
    const why = conditionOf(stanza);
    if (stanza.attrs['type'] === 'error') {
      if (why === 'conflict') return tryAgain('recipient', `the name ${nick} is taken in the room`);
      const detail = `the room does not let us in: ${why}`;
      // Also of a room whose service is away, or that is full.
      return isPassing(stanza) || why === 'service-unavailable'
        ? tryAgain('recipient', detail)
        : { type: 'failed', reason: 'recipient', detail };
    }
    const codes = stanza.getChild('x')?.getChildren('status') ?? [];
    return codes.some(({ attrs }) => attrs['code'] === '110') ? 'in' : undefined;
  });
  const secret = password === undefined ? [] : [xml('password', {}, password)];
  const history = xml('history', { maxstanzas: '0' });
  const wish = xml('x', { xmlns: 'http://jabber.org/protocol/muc' }, history, ...secret);
  say(entity, xml('presence', { to: `${jid}/${nick}` }, wish));
  return answer.then((end) => (end === 'in' ? undefined : end));
}

function tellRoom(
  { xml }: Library,
  entity: Client,
  course: Course,
  { jid }: Extract<Place, { type: 'room' }>,
  { text, id }: Words,
): Promise<Delivery> {
  const answer = heard(entity, (stanza): Delivery | undefined => {
    if (stanza.name !== 'message' || bare(stanza.attrs['from']) !== jid.toLowerCase()) return undefined;
    const isOurs = stanza.attrs['type'] === 'groupchat' && stanza.attrs['id'] === id;
    return isOurs ? { type: 'sent', receipt: 'the room has it' } : bounced(stanza, id);
  });
  course.leaves();
  say(entity, xml('message', { to: jid, type: 'groupchat', id }, xml('body', {}, text)));
  return answer;
}

/** That a stanza could not be written is told by the end of the stream. */
function say(entity: Client, stanza: Parameters<Client['send']>[0]): void {
  entity.send(stanza).catch(() => undefined);
}

/** The first stanza that means something; rejects when the stream is over before. */
function heard<Meaning>(
  entity: Client,
  meaningOf: (stanza: Stanza) => Meaning | undefined,
): Promise<Meaning> {
  return new Promise((resolve, reject) => {
    entity.on('stanza', (stanza: Stanza) => {
      const meaning = meaningOf(stanza);
      if (meaning !== undefined) resolve(meaning);
    });
    entity.on('error', reject);
    entity.on('disconnect', () =>
      reject(Object.assign(new Error('the server closed the stream'), { code: 'ECONNRESET' })),
    );
  });
}

/** A message that came back (RFC 6120, section 8.3.1). */
function bounced(stanza: Stanza, id: string): Delivery | undefined {
  if (stanza.attrs['type'] !== 'error' || stanza.attrs['id'] !== id) return undefined;
  const why = conditionOf(stanza);
  if (isPassing(stanza)) return tryAgain('recipient', `not now: ${why}`);
  return { type: 'failed', reason: 'recipient', detail: `the message came back: ${why}` };
}

/** The defined condition of an error, such as `forbidden` (RFC 6120, section 8.3.3). */
function conditionOf(stanza: Stanza): string {
  const children = stanza.getChild('error')?.getChildElements() ?? [];
  const name = children.find((child) => child.name !== 'text')?.name ?? '';
  return quoted(name, []) || 'no reason given';
}

/** Conditions that pass, of which servers say `cancel` all the same: the other server cannot be reached, or is ill. */
const passing: ReadonlySet<string> = new Set([
  'internal-server-error',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
]);

/** Whether it may go another time (RFC 6120, section 8.3.2: `wait`). */
const isPassing = (stanza: Stanza): boolean =>
  stanza.getChild('error')?.attrs['type'] === 'wait' || passing.has(conditionOf(stanza));

const bare = (jid: string | undefined): string => (jid ?? '').split('/')[0]?.toLowerCase() ?? '';
