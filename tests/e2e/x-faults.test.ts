import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  { name: 'a slow answer', fault: { path: '/messages', fault: 'slow', seconds: 2 }, says: /sent/, copies: 1 },
];

/** What ends only when the channel's patience does, half a minute later. */
const endless: readonly Case[] = [
  {
    name: 'a lie about the length',
    fault: { path: '/messages', fault: 'longer' },
    says: /sent|unknown/,
    copies: 2,
  },
  { name: 'a hang', fault: { path: '/messages', before: true, fault: 'hang' }, says: /unknown/, copies: 1 },
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

/** X as it stands in, and an account that is logged in there. */
interface Known {
  readonly x: XStandin;
  readonly account: Site;
  stop(): Promise<void>;
}

async function startKnown(): Promise<Known> {
  const x = await startXStandin();
  const account = site();
  account.configure(`accounts: { bot: { x: { api: '${x.url}' } } }\ntls: { ca-file: ${x.caFile} }\n`);
  await login(account, x);
  return {
    x,
    account,
    async stop() {
      await x.stop();
      account.remove();
    },
  };
}

/** Plays a case; the message comes in the end. */
async function once(known: Known, { fault, says, copies }: Case): Promise<void> {
  await scene(known, '', async ({ at, write, mark }) => {
    const { x } = known;
    await x.plan([fault]);
    write();
    const texts = async (): Promise<readonly string[]> =>
      (await x.sent()).map(({ text }) => text).filter((text) => text.includes(mark));
    await eventually(async () => (await texts()).length > 0, 'the message');
    await at.decided('critical', 'sent: ');
    expect((await texts()).length).toBeLessThanOrEqual(copies);
    expect(new Set(await texts()).size, 'a repeat has the same words').toBe(1);
    expect(await why(at)).toMatch(says);
  });
}

describe('what X can do to a message', () => {
  let known: Known;
  let obstacle: string | undefined;
  beforeAll(async () => {
    obstacle = await standinObstacle();
    if (obstacle === undefined) known = await startKnown();
  });
  afterAll(async () => known?.stop());

  test.for(cases)('$name: nothing lost, nothing twice where the outcome was known', async (one, { skip }) => {
    skip(obstacle !== undefined, obstacle);
    await once(known, one);
  });

  test.for(lasting)(
    '$name: the next channel takes over, and it is said why',
    async ({ fault, says }, { skip }) => {
      skip(obstacle !== undefined, obstacle);
      await scene(known, 'board', async ({ at, write, mark }) => {
        const { x } = known;
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
});

describe.concurrent('what X does not end', { timeout: 300_000 }, () => {
  test.for(endless)('$name ends by its time-out, and the message comes', async (one, { skip }) => {
    const obstacle = await standinObstacle();
    skip(obstacle !== undefined, obstacle);
    const known = await startKnown();
    try {
      await once(known, one);
    } finally {
      await known.stop();
    }
  });
});

interface Scene {
  readonly at: Site;
  readonly daemon: Running;
  readonly mark: string;
  readonly write: () => void;
}

let scenes = 0;

/** A daemon with one source and one receiver on the stand-in; every scene has words of its own. */
async function scene(
  { x, account }: Known,
  second: string,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
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
  mkdirSync(at.state, { mode: 0o700 });
  copyFileSync(join(account.state, 'x-bot.json'), join(at.state, 'x-bot.json'));
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
