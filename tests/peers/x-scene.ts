import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { xDm } from '../../src/channels/x/dm.ts';
import { channelPorts, directHttp, logIn, type TestPorts } from './channel-ports.ts';
import { standinObstacle, startXStandin, type XStandin } from './x-standin.ts';

/** Skips by name where the stand-in cannot run. */
export const obstacle = await standinObstacle();
export const named = (what: string): string =>
  obstacle === undefined ? what : `${what} (skipped: ${obstacle})`;

/** A running stand-in, the bot logged in at it, and an open channel to the person who reads. */
export interface XScene {
  readonly x: XStandin;
  readonly ports: TestPorts;
  readonly dm: Channel;
  /** A text that was never sent before. */
  fresh(): string;
  sentTexts(): Promise<readonly string[]>;
  /** Another channel of the bot's. */
  open(to: string, change?: Partial<TestPorts>): Promise<Channel>;
}

const usual = {
  clock: 0,
  users: {
    '1001': {
      id: '1001',
      username: 'sentinel_bot',
      protected: true,
      access: 'read-write-directmessages' as const,
    },
    '2002': { id: '2002', username: 'night_admin', receives_your_dm: true },
  },
};

/** Sets the scene for the tests of the block it is called in: one stand-in for all, the rest for each. */
export function setScene(): XScene {
  let text = 0;
  const parts: { x?: XStandin; ports?: TestPorts; dm?: Channel } = {};
  const there = <K extends keyof typeof parts>(name: K): NonNullable<(typeof parts)[K]> => {
    const part = parts[name];
    if (part === undefined) throw new Error(`no ${name} outside a test`);
    return part;
  };
  const scene: XScene = {
    get x() {
      return there('x');
    },
    get ports() {
      return there('ports');
    },
    get dm() {
      return there('dm');
    },
    fresh: () => `bird alert ${(text += 1)}`,
    sentTexts: async () => (await scene.x.sent()).map((sent) => sent.text),
    open: (to, change = {}) => xDm.open({ account: 'bot', to }, { ...scene.ports, ...change }),
  };
  beforeAll(async () => {
    parts.x = await startXStandin();
  });
  afterAll(() => scene.x.stop());
  beforeEach(async () => {
    await scene.x.plan([]);
    await scene.x.settings(usual);
    parts.ports = await channelPorts(scene.x.url, { http: directHttp(scene.x.ca) });
    await logIn(scene.ports, scene.x.url);
    parts.dm = await scene.open('@night_admin');
  });
  afterEach(async () => {
    await scene.dm.close();
    await scene.ports.remove();
  });
  return scene;
}
