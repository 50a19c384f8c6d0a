import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { channelKinds as rows } from '../../src/channels/registry.ts';
import type { Message } from '../../src/model/delivery.ts';
import { cleanText } from '../../src/render/x-neutralise.ts';
import { splitText } from '../../src/render/split.ts';
import { obeys } from '../contracts/channel-answers.ts';
import { size } from '../size.ts';
import { attemptAt, messageOf } from './channel-ports.ts';
import { isLive, shownIn } from './chat-reading.ts';
import { type ChatName, type ChatScene, chatSettings, openScene } from './chat-scene.ts';

const channelKinds = await loadKinds(rows);

/** What chats read something into, and what could end a block of code. */
const traps = [
  '@everyone',
  '@here',
  '@channel',
  '<!channel>',
  '<@U012AB3CD>',
  '<@&123>',
  '@**all**',
  '@room',
  '<at>Bob</at>',
  '[a](https://evil.example)',
  'https://evil.example/x?a=1',
  'www.evil.example',
  'evil.example',
  '#general',
  '**bold**',
  '*b* _i_ ~s~ `c`',
  '```',
  '````',
  '```\n@everyone\n```',
  '\n~~~\n',
  '`',
  '||spoiler||',
  '> quote',
  ':smile:',
  '&amp;&lt;',
  '<b>x</b></code></pre>',
  '\u202etxt.exe',
  '\u0000\u001b[31m',
  '\u2028',
  '\ud800',
  'e\u0301\u200d',
  '👩‍👩‍👧‍👦',
  '/me leaves',
  '+49 170 1234567',
  '"}],"text":"x"',
  'a\r\nb',
];

const words = fc
  .array(fc.oneof(fc.constantFrom(...traps), fc.string({ unit: 'grapheme', maxLength: 40 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(' '));
const long = fc
  .tuple(
    fc.oneof(fc.constantFrom('x\n', 'x ', 'ü', '🐦', '"', '&'), fc.constantFrom(...traps)),
    fc.integer({ min: 1, max: 30_000 }),
  )
  .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)).slice(0, 60_000));
const texts = fc.oneof({ weight: 5, arbitrary: words }, { weight: 1, arbitrary: long });

/** What costs most in the one or the other way of writing it. */
const examples = ['x\n', '"', '&', '🐦', '@a '].map((unit): [string, string] => [
  'title',
  unit.repeat(15_000),
]);

const open: ChatScene[] = [];
afterEach(async () => {
  for (const scene of open.splice(0)) await scene.close();
});

/** A message as it is rendered for a kind of channel. */
function rendered(kind: string, title: string, body: string): Message {
  const { shape } = channelKinds.find((one) => one.kind === kind) ?? expect.fail();
  const head = shape.neutralise(title.replace(/\s+/g, ' ').slice(0, 200));
  return { ...messageOf(splitText(`${head}\n${shape.neutralise(body)}`, shape)), title: head };
}

/** Three backticks end a block of Markdown: there they come as apostrophes. */
const comparable = (text: string): string => text.replaceAll('```', "'''").trimEnd();

describe.each(Object.keys(chatSettings) as ChatName[])('what a log says, in %s', (name) => {
  it('is shown as it is, in messages that the service takes', async () => {
    const scene = await openScene(name);
    open.push(scene);
    const { standin, channel } = scene;
    await fc.assert(
      fc.asyncProperty(texts, texts, async (title, body) => {
        const message = rendered(chatSettings[name].kind, title, body);
        for (const [part, whole] of message.parts.entries()) {
          if (whole === '') continue;
          const delivery = obeys(await channel.send(attemptAt('', { message, part })));
          expect(delivery).toMatchObject({ type: 'sent' });
          const { head, literal } = shownIn(name, standin.requests.at(-1) ?? expect.fail());
          expect(isLive(head)).toBe(false);
          const told = [literal, `${head.slice(head.indexOf(' ') + 1)}\n${literal}`];
          expect(told.map(comparable)).toContain(comparable(cleanText(whole)));
        }
      }),
      { numRuns: size('CHAT_TEXTS', 20, 500), examples },
    );
  }, 120_000);

  it('stands in the head only where that is plain words', async () => {
    const scene = await openScene(name);
    open.push(scene);
    const head = async (title: string): Promise<string> => {
      const message = rendered(chatSettings[name].kind, title, 'body');
      await scene.channel.send(attemptAt('', { message }));
      return shownIn(name, scene.standin.requests.at(-1) ?? expect.fail()).head;
    };
    expect(await head('CRITICAL: disk full on web1, 97 %')).toBe('🔴 CRITICAL: disk full on web1, 97 %');
    const live = traps.filter((trap) => isLive(trap.replace(/\s+/g, ' ')));
    expect(live.length).toBeGreaterThan(20);
    for (const trap of live) expect(await head(`CRITICAL: ${trap}`)).toBe('🔴 CRITICAL');
  });
});
