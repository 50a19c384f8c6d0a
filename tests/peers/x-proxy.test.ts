import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpSettings } from '../../src/channels/contract.ts';
import { xDm } from '../../src/channels/x/dm.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { attemptAt, channelPorts, logIn, type TestPorts } from './channel-ports.ts';
import { type ProxyPeer, startProxy, whyNoProxy } from './proxy.ts';
import { standinObstacle, startXStandin, type XStandin } from './x-standin.ts';

const programs = ['tinyproxy', 'squid'] as const;
const access = { user: 'sentinel', password: 'pr0xyPassw0rd' } as const;
const missingStandin = await standinObstacle();

for (const name of programs) {
  const obstacle = missingStandin ?? whyNoProxy(name);
  const title = obstacle === undefined ? `X through ${name}` : `X through ${name} (skipped: ${obstacle})`;
  describe.skipIf(obstacle !== undefined)(title, () => {
    let x: XStandin;
    let proxy: ProxyPeer;
    let ports: TestPorts;
    let text = 0;

    beforeAll(async () => {
      x = await startXStandin();
      proxy = await startProxy(name, access);
    });
    afterAll(async () => {
      await proxy.stop();
      await x.stop();
    });
    beforeEach(async () => {
      ports = await channelPorts(x.url);
      await logIn(ports, x.url);
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await ports.remove();
    });

    const { user, password } = access;
    const through = (
      change: { user?: string; password?: string; port?: number; noProxy?: string[] } = {},
    ): HttpSettings => {
      const named = change.user === undefined ? `${user}@` : change.user;
      const url = `http://${named}127.0.0.1:${change.port ?? proxy.port}`;
      return {
        ca: x.ca,
        proxy: { url, password: () => change.password ?? password, noProxy: change.noProxy ?? [] },
      };
    };
    const send = async (
      http: HttpSettings,
    ): Promise<{ delivery: Delivery; arrived: boolean; tunnels: number }> => {
      const words = `through ${name} ${(text += 1)}`;
      const tunnelsBefore = tunnels();
      const channel = await xDm.open({ account: 'bot', to: '2002' }, { ...ports, http });
      const delivery = await channel.send(attemptAt(words));
      await channel.close();
      const arrived = (await x.sent()).some((sent) => sent.text === words);
      return { delivery, arrived, tunnels: tunnels() - tunnelsBefore };
    };
    const tunnels = (): number => proxy.log().split('CONNECT localhost:').length - 1;
    const fromEnvironment = (credentials: string): HttpSettings => {
      vi.stubEnv('HTTPS_PROXY', `http://${credentials}127.0.0.1:${proxy.port}`);
      vi.stubEnv('https_proxy', undefined);
      vi.stubEnv('NO_PROXY', '');
      vi.stubEnv('no_proxy', undefined);
      return { ca: x.ca };
    };

    it('sends with the user and password of the settings', async () => {
      const before = tunnels();
      const { delivery, arrived } = await send(through());
      expect(delivery.type).toBe('sent');
      expect(arrived).toBe(true);
      await expect.poll(tunnels).toBeGreaterThan(before);
    });

    it('sends with the user and password of HTTPS_PROXY', async () => {
      const before = tunnels();
      const { delivery } = await send(fromEnvironment(`${user}:${encodeURIComponent(password)}@`));
      expect(delivery.type).toBe('sent');
      await expect.poll(tunnels).toBeGreaterThan(before);
    });

    it.each<[string, () => HttpSettings]>([
      ['without a password', () => through({ user: '' })],
      ['with a wrong password', () => through({ password: 'wrong-pr0xy-word' })],
      ['with a wrong password in HTTPS_PROXY', () => fromEnvironment(`${user}:wrong-pr0xy-word@`)],
    ])('says that the proxy refused %s, and that nothing was sent', async (_name, settings) => {
      const { delivery, arrived } = await send(settings());
      expect(delivery).toMatchObject({
        type: 'retry',
        reason: 'unavailable',
        detail: expect.stringMatching(/proxy wants a user.*40[17]/),
      });
      expect(JSON.stringify(delivery)).not.toContain('pr0xy');
      expect(arrived).toBe(false);
    });

    it('says that the proxy is down', async () => {
      const { delivery } = await send(through({ port: 9 }));
      expect(delivery).toMatchObject({
        type: 'retry',
        reason: 'unavailable',
        detail: expect.stringContaining('refused'),
      });
    });

    it('goes straight to hosts that need no proxy', async () => {
      const { delivery, tunnels } = await send(through({ password: 'wrong', noProxy: ['localhost'] }));
      expect(delivery.type).toBe('sent');
      expect(tunnels).toBe(0);
    });
  });
}
