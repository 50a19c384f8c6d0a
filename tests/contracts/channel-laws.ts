import * as fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { Channel, ChannelKind } from '../../src/channels/contract.ts';
import { attemptAt, channelPorts, logIn, messageOf, type TestPorts } from '../peers/channel-ports.ts';
import { obeys, secrets } from './channel-answers.ts';
import {
  type ChannelWorld,
  closePlace,
  openPlace,
  type OpenWorld,
  type WorldPlace,
} from './channel-worlds.ts';
import type { Mood } from './mood.ts';
import { size } from '../size.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    'a\nb',
    '\r\n.\r\nMAIL FROM:<a@b>\r\n',
    '\u0000',
    '\ud800',
    '\u001b]0;x\u0007\u001b[2J\u009b31m',
    '\u202e\u2028',
    '$(id)`id`;id',
    '"}]\\"\'',
    '12 <0>1 forged\n',
    'x'.repeat(70_000),
    'ü\n'.repeat(40_000),
  ),
);

/** Holds a kind to what is promised of every channel; `openWorld` gives it the other side it talks to. */
export function holdToLaws(kind: ChannelKind<unknown>, openWorld: OpenWorld): void {
  const open: { channel: Channel; world: ChannelWorld; place: WorldPlace; ports: TestPorts }[] = [];

  /** A channel that meets the other side in a mood; undefined where it cannot. */
  async function meet(mood: Mood, timeout = '10s'): Promise<(typeof open)[number] | undefined> {
    const bare = await channelPorts('https://x.test');
    const place = openPlace(bare, timeout);
    const world = await openWorld(mood, place);
    if (world === undefined) {
      closePlace(place);
      await bare.remove();
      return undefined;
    }
    const proxy = { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] };
    const accounts = new Map([['bot', { name: 'bot', api: world.api ?? 'https://x.test' }]]);
    const ports = { ...bare, http: { proxy }, accounts };
    if (world.api !== undefined) await logIn(ports, world.api);
    const met = { channel: await kind.open(world.options, ports), world, place, ports };
    open.push(met);
    return met;
  }

  afterEach(async () => {
    for (const { channel, world, place, ports } of open.splice(0)) {
      await channel.close();
      world.stop();
      closePlace(place);
      await ports.remove();
    }
  });

  it('says sent of a message that was taken, once', async () => {
    const met = await meet('good');
    const delivery = obeys((await met?.channel.send(attemptAt('plain words'))) ?? expect.fail());
    expect(delivery).toMatchObject({ type: 'sent' });
    expect(met?.world.taken()).toBe(1);
  });

  it('makes one message of each attempt, whatever the log said', async () => {
    const met = (await meet('good')) ?? expect.fail();
    const groups = fc.dictionary(fc.string({ maxLength: 20 }), hostile, { maxKeys: 3 });
    let told = 0;
    await fc.assert(
      fc.asyncProperty(hostile, hostile, groups, async (title, text, groups) => {
        const message = messageOf([text], groups);
        const { payload } = message;
        const words = { rule: title, key: [title, text], title, text, line: text, host: title };
        // Another message has another key: a server that knows keys takes it for a repeat else.
        const idempotencyKey = `7ZK3M9QX2A-${(told += 1)}`;
        const attempt = attemptAt(text, {
          message: { ...message, title, idempotencyKey, payload: { ...payload, ...words } },
        });
        const before = met.world.taken();
        const { type } = obeys(await met.channel.send(attempt));
        expect(met.world.taken() - before).toBe(Number(type === 'sent'));
        expect(type).not.toBe('unknown');
      }),
      { numRuns: size('CHANNEL_TEXTS', 8, 100) },
    );
  });

  it.each<Mood>(['rude', 'repeating', 'absent'])(
    'does not say sent when the other side is %s',
    async (mood) => {
      const met = await meet(mood);
      if (met === undefined) return;
      const delivery = obeys(await met.channel.send(attemptAt('text')));
      expect(delivery.type).not.toBe('sent');
      // What never got there is known not to have arrived.
      if (mood === 'absent') expect(delivery.type).toBe('retry');
      for (const secret of secrets) expect(met.ports.printed.join('')).not.toContain(secret);
    },
  );

  it('gives up waiting for a silent other side', async () => {
    const met = await meet('silent', '120ms');
    if (met === undefined) return;
    const begun = performance.now();
    expect(['retry', 'unknown']).toContain(obeys(await met.channel.send(attemptAt('text'))).type);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('stops soon when it is told to', async () => {
    const met = await meet('silent', '50s');
    if (met === undefined) return;
    const stop = new AbortController();
    const sending = met.channel.send(attemptAt('text', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 60);
    expect(['retry', 'unknown']).toContain(obeys(await sending).type);
  }, 20_000);

  it('does nothing when it was told to stop before', async () => {
    const met = (await meet('good')) ?? expect.fail();
    const delivery = obeys(await met.channel.send(attemptAt('text', { signal: AbortSignal.abort() })));
    if (met.world.atOnce === true) return;
    expect(delivery.type).toBe('retry');
    expect(met.world.taken()).toBe(0);
  });
}
