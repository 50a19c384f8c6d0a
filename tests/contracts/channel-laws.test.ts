import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { email } from '../../src/channels/email/email.ts';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { channelKinds as rows } from '../../src/channels/registry.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { attemptAt, channelPorts, type TestPorts } from '../peers/channel-ports.ts';
import { obeys } from './channel-answers.ts';
import { holdToLaws } from './channel-laws.ts';
import { channelWorlds, closePlace, openPlace, type WorldPlace } from './channel-worlds.ts';
import { mailServer, type Replies } from './mail-server.ts';

const channelKinds = await loadKinds(rows);

it('every kind of channel has its other side here', () => {
  expect(Object.keys(channelWorlds).toSorted()).toEqual(channelKinds.map(({ kind }) => kind).toSorted());
});

describe.each(channelKinds)('the laws of a channel of kind $kind', (kind) => {
  holdToLaws(kind, async (mood, place) => channelWorlds[kind.kind]?.(mood, place));
});

describe('what a mail server says', () => {
  let ports: TestPorts;
  let place: WorldPlace;
  beforeEach(async () => {
    ports = await channelPorts('https://x.test');
    place = openPlace(ports, '5s');
  });
  afterEach(async () => {
    closePlace(place);
    await ports.remove();
  });

  async function answerTo(replies: Replies): Promise<Delivery> {
    const world = await mailServer('good', replies);
    const options = email.options.parse({
      to: ['ops@example.org'],
      from: 'bird@example.org',
      server: `smtp://127.0.0.1:${world.port}`,
      timeout: '5s',
      user: 'alice',
      'password-file': place.secretFile,
    });
    const channel = await email.open(options, ports);
    const delivery = obeys(await channel.send(attemptAt('text')));
    expect(world.taken()).toBe(Number(delivery.type === 'sent'));
    world.stop();
    return delivery;
  }

  it.each<[Replies, object]>([
    [{}, { type: 'sent', receipt: '250 taken' }],
    [{ greeting: '421 later' }, { type: 'retry', reason: 'unavailable' }],
    [{ greeting: '554 go away' }, { type: 'retry', reason: 'unavailable' }],
    [{ greeting: 'HTTP/1.1 400 Bad Request' }, { type: 'retry', reason: 'unavailable' }],
    [{ ehlo: '250 mx.test' }, { type: 'retry', reason: 'auth' }],
    [{ ehlo: '421 later' }, { type: 'retry', reason: 'unavailable' }],
    [{ auth: '535 5.7.8 wrong' }, { type: 'retry', reason: 'auth' }],
    [{ auth: '454 4.7.0 later' }, { type: 'retry', reason: 'auth' }],
    [{ mail: '530 5.7.0 log in first' }, { type: 'retry', reason: 'auth' }],
    [{ mail: '451 later' }, { type: 'retry', reason: 'unavailable' }],
    [{ mail: '550 not from you' }, { type: 'failed', reason: 'rejected' }],
    [{ mail: '552 too large' }, { type: 'failed', reason: 'tooLong' }],
    [{ rcpt: '450 later' }, { type: 'retry', reason: 'recipient' }],
    [{ rcpt: '421 closing' }, { type: 'retry' }],
    [{ rcpt: '550 nobody' }, { type: 'failed', reason: 'recipient' }],
    [{ data: '451 later' }, { type: 'retry', reason: 'unavailable' }],
    [{ data: '554 no' }, { type: 'failed', reason: 'rejected' }],
    [{ dot: '452 full' }, { type: 'retry', reason: 'unavailable' }],
    [{ dot: '554 5.7.1 spam' }, { type: 'failed', reason: 'rejected' }],
    [{ dot: '552 5.3.4 large' }, { type: 'failed', reason: 'tooLong' }],
  ])('%j means %j', async (replies, expected) => {
    expect(await answerTo(replies)).toMatchObject(expected);
  });
});
