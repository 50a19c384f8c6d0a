import { type Client, client, xml } from '@xmpp/client';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Course } from '../attempt-course.ts';
import { type Place, tell } from './tell.ts';

const library = { client, xml };
const course: Course = { leaves: () => undefined, atEnd: () => undefined };
const words = { text: 'disk full', id: '7ZK3M9QX2A-phone' };
const person: Place = { type: 'person', jid: 'bob@far.test' };
const room: Place = { type: 'room', jid: 'ops@rooms.test', nick: 'sentinel', password: undefined };

/** A server that answers the first stanza of a name by an error. */
function server(name: string, type: string, condition: string): Client {
  const entity = new EventEmitter();
  const send = async (stanza: { name: string; attrs: { id?: string } }): Promise<void> => {
    if (stanza.name !== name) return;
    const error = xml('error', { type }, xml('text', {}, 'words'), xml(condition));
    const from = place(name).jid;
    queueMicrotask(() => entity.emit('stanza', xml(name, { ...stanza.attrs, from, type: 'error' }, error)));
  };
  return Object.assign(entity, { send }) as unknown as Client;
}

const place = (name: string): Place => (name === 'presence' ? room : person);

describe('what comes back', () => {
  it.each([
    ['message', 'cancel', 'service-unavailable', { type: 'failed', reason: 'recipient' }],
    ['message', 'cancel', 'item-not-found', { type: 'failed', reason: 'recipient' }],
    ['message', 'wait', 'recipient-unavailable', { type: 'retry', reason: 'recipient' }],
    ['message', 'cancel', 'remote-server-not-found', { type: 'retry', reason: 'recipient' }],
    ['message', 'cancel', 'internal-server-error', { type: 'retry', reason: 'recipient' }],
    ['presence', 'auth', 'registration-required', { type: 'failed', reason: 'recipient' }],
    ['presence', 'cancel', 'conflict', { type: 'retry', reason: 'recipient' }],
    ['presence', 'wait', 'service-unavailable', { type: 'retry', reason: 'recipient' }],
    ['presence', 'cancel', 'service-unavailable', { type: 'retry', reason: 'recipient' }],
    ['presence', 'wait', 'remote-server-timeout', { type: 'retry', reason: 'recipient' }],
  ])('of a %s, %s, %s', async (name, type, condition, expected) => {
    const delivery = await tell(library, server(name, type, condition), course, place(name), words);
    expect(delivery).toMatchObject(expected);
    if (condition !== 'conflict') expect(JSON.stringify(delivery)).toContain(condition);
  });
});
