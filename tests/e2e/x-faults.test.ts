import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { standinObstacle, startXStandin, type Fault, type XStandin } from '../peers/x-standin.ts';
import { login } from './login.ts';
import { run, site, type Running, type Site } from './program.ts';

/**
 * What X does to the first attempt, what `alerts why` must say of it, and how often the message may then
 * have arrived. A wait that X asks for is short here, so that the second attempt is seen.
 */
interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly says: RegExp;
  readonly copies: 1 | 2;
}

const soon = (): number => Math.ceil(Date.now() / 1000) + 1;
const answer = (status: number, body: unknown, headers: Record<string, string | number> = {}): Fault => ({
  path: '/messages',
  before: true,
  fault: 'answer',
  status,
  body,
  headers,
});

const cases: readonly Case[] = [
  {
    name: '429 with x-rate-limit-reset',
    fault: answer(
      429,
      { title: 'Too Many Requests', status: 429 },
      { 'x-rate-limit-limit': 15, 'x-rate-limit-remaining': 0, 'x-rate-limit-reset': soon() },
    ),
    says: /rateLimited|limit/i,
    copies: 1,
  },
  {
    name: '429 with x-user-limit-24hour-reset',
    fault: answer(
      429,
      { title: 'Too Many Requests', status: 429 },
      {
        'x-rate-limit-remaining': 10,
        'x-rate-limit-limit': 15,
        'x-rate-limit-reset': soon() + 600,
        'x-user-limit-24hour-limit': 25,
        'x-user-limit-24hour-remaining': 0,
        'x-user-limit-24hour-reset': soon(),
      },
    ),
    says: /rateLimited|limit/i,
    copies: 1,
  },
  {
    name: '429 with x-app-limit-24hour-reset',
    fault: answer(
      429,
      { title: 'Too Many Requests', status: 429 },
      {
        'x-app-limit-24hour-limit': 1440,
        'x-app-limit-24hour-remaining': 0,
        'x-app-limit-24hour-reset': soon(),
      },
    ),
    says: /rateLimited|limit/i,
    copies: 1,
  },
  {
    name: '500',
    fault: answer(500, { title: 'Internal Server Error', status: 500 }),
    says: /HTTP 500/,
    copies: 1,
  },
  {
    name: 'HTML 503',
    fault: answer(503, '<html><body>Over capacity</body></html>'),
    says: /HTTP 503/,
    copies: 1,
  },
  {
    name: 'a reset before it acts',
    fault: { path: '/messages', before: true, fault: 'reset' },
    says: /unknown/,
    copies: 1,
  },
  {
    name: 'a reset after it acted',
    fault: { path: '/messages', fault: 'reset' },
    says: /unknown/,
    copies: 2,
  },
  {
    name: 'a truncated answer after it acted',
    fault: { path: '/messages', fault: 'truncate' },
    says: /sent|unknown/,
    copies: 2,
  },
  {
    name: 'an empty answer after it acted',
    fault: { path: '/messages', fault: 'empty' },
    says: /sent|unknown/,
    copies: 2,
  },
  {
    name: 'a lie about the length',
    fault: { path: '/messages', fault: 'longer' },
    says: /sent|unknown/,
    copies: 2,
  },
  { name: 'a slow answer', fault: { path: '/messages', fault: 'slow', seconds: 2 }, says: /sent/, copies: 1 },
];

/** Failures that X will go on giving: the message is given up or waits, and the next channel takes over. */
const lasting: readonly { readonly name: string; readonly fault: Fault; readonly says: RegExp }[] = [
  {
    name: '401',
    fault: answer(401, { title: 'Unauthorized', status: 401, type: 'about:blank' }),
    says: /auth/i,
  },
  { name: '402', fault: answer(402, { title: 'CreditsDepleted', status: 402 }), says: /outOfCredit|credit/i },
  {
    name: '403 recipient',
    fault: answer(403, {
      title: 'Forbidden',
      status: 403,
      detail: 'You do not have permission to DM one or more participants.',
    }),
    says: /recipient/i,
  },
  {
    name: '403 oauth1-permissions',
    fault: answer(403, {
      title: 'Forbidden',
      status: 403,
      type: 'https://api.twitter.com/2/problems/oauth1-permissions',
      detail:
        'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.',
    }),
    says: /auth|permission/i,
  },
  {
    name: '403 client-not-enrolled',
    fault: answer(403, {
      title: 'Client Forbidden',
      status: 403,
      reason: 'client-not-enrolled',
      type: 'https://api.twitter.com/2/problems/client-forbidden',
    }),
    says: /auth|enrolled/i,
  },
];

describe('what X can do to a message', () => {
  let x: XStandin;
  let obstacle: string | undefined;
  beforeAll(async () => {
    obstacle = await standinObstacle();
    if (obstacle === undefined) x = await startXStandin();
  });
  afterAll(async () => x?.stop());

  test.for(cases)(
    '$name: nothing lost, nothing twice where the outcome was known',
    async ({ fault, says, copies }, { skip }) => {
      skip(obstacle !== undefined, obstacle);
      await scene(x, '', async ({ at, write, mark }) => {
        await x.plan([fault]);
        write();
        await eventually(
          async () => (await x.sent()).some(({ text }) => text.includes(mark)),
          'the message',
          60_000,
        );
        await eventually(async () => await settled(at), 'the outcome to be written down', 60_000);
        const texts = (await x.sent()).map(({ text }) => text).filter((text) => text.includes(mark));
        expect(texts.length).toBeLessThanOrEqual(copies);
        expect(new Set(texts).size, 'a repeat has the same words').toBe(1);
        expect(await why(at)).toMatch(says);
      });
    },
  );

  test.for(lasting)(
    '$name: the next channel takes over, and it is said why',
    async ({ fault, says }, { skip }) => {
      skip(obstacle !== undefined, obstacle);
      await scene(x, 'board', async ({ at, write, mark }) => {
        await x.plan([{ ...fault, times: 1000 }]);
        write();
        await eventually(
          async () => (await x.sent()).some(({ kind, text }) => kind === 'post' && text.includes(mark)),
          'the post',
          60_000,
        );
        expect((await x.sent()).filter(({ kind, text }) => kind === 'dm' && text.includes(mark))).toEqual([]);
        expect(await why(at)).toMatch(says);
        await x.plan([]);
      });
    },
  );

  test('a hang ends by its time-out; the outcome is unknown and repeated', async ({ skip }) => {
    skip(obstacle !== undefined, obstacle);
    await scene(x, '', async ({ at, write, mark }) => {
      await x.plan([{ path: '/messages', before: true, fault: 'hang' }]);
      write();
      await eventually(
        async () => (await x.sent()).some(({ text }) => text.includes(mark)),
        'the message',
        90_000,
      );
      expect(await why(at)).toMatch(/unknown/);
    });
  }, 120_000);
});

interface Scene {
  readonly at: Site;
  readonly daemon: Running;
  readonly mark: string;
  readonly write: () => void;
}

let scenes = 0;

/** A daemon with one source and one receiver on the stand-in; every scene has words of its own. */
async function scene(x: XStandin, second: string, play: (scene: Scene) => Promise<void>): Promise<void> {
  const at = site();
  const log = at.path('app.log');
  const mark = `scene-${process.pid}-${++scenes}`;
  writeFileSync(log, '');
  at.configure(`
sources: { app: { file: ${log}, start: beginning } }
rules: [{ id: critical, match: 'CRITICAL (?<what>.*)', alert: { severity: critical, title: '{{ what }}' } }]
accounts: { bot: { x: { api: '${x.url}' } } }
channels:
  phone: { x-dm: { account: bot, to: '@night_admin' } }
  board: { x-post: { account: bot } }
receivers: { me: { channels: [phone${second === '' ? '' : `, ${second}`}], next-after: 2s } }
routes: [{ to: [me] }]
tls: { ca-file: ${x.caFile} }
`);
  await x.plan([]);
  await login(at, x);
  const daemon = await at.daemon();
  try {
    await play({
      at,
      daemon,
      mark,
      write: () => appendFileSync(log, `Nov 20 10:00:00 web1 app[7]: CRITICAL ${mark}\n`),
    });
  } finally {
    await daemon.kill('SIGKILL');
    at.remove();
  }
}

async function why(at: Site): Promise<string> {
  const [alert] = await at.json('alerts', 'list');
  const { stdout } = await run(at.args('alerts', 'why', String(alert?.['id'])));
  return stdout;
}

const settled = async (at: Site): Promise<boolean> => /^\S+ +sent /m.test(await why(at));
