import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { startProxy, whyNoProxy } from '../peers/proxy.ts';
import { startSshd, whyNoSshd } from '../peers/sshd.ts';
import { standinKeys, standinObstacle, startXStandin, type XStandin } from '../peers/x-standin.ts';
import { login } from './login.ts';
import { site } from './program.ts';

const configuration = (x: XStandin, log: string, proxy: string): string => `
sources: { auth: { file: ${log}, start: beginning } }
include: [{ pack: sshd }]
rules:
  - id: failed-login
    program: sshd
    match: 'Failed password for (?:invalid user )?(?<user>.*) from (?<ip>\\S+) port \\d+(?: ssh2)?$'
    key: [user]
    alert: { severity: critical, title: 'failed login of {{ user }} from {{ ip }}' }
accounts: { bot: { x: { api: '${x.url}' } } }
channels: { phone: { x-dm: { account: bot, to: '@night_admin' } } }
receivers: { me: { channels: [phone] } }
tls: { ca-file: ${x.caFile} }
${proxy}
`;

describe('from a real sshd to a direct message', () => {
  test('a failed login arrives once, signed, in private', async ({ skip }) => {
    const missing = whyNoSshd() ?? (await standinObstacle());
    skip(missing !== undefined, missing);
    const at = site();
    const x = await startXStandin();
    const sshd = await startSshd();
    try {
      at.configure(configuration(x, sshd.log, ''));
      await login(at, x);
      const daemon = await at.daemon();
      await sshd.failedLogin('admin');
      await eventually(async () => (await x.sent()).length > 0, 'the direct message');
      await sshd.failedLogin('root');
      await eventually(async () => (await x.sent()).length > 1, 'the second message');
      const { stderr } = await daemon.kill('SIGTERM');
      const sent = await x.sent();
      expect(sent).toHaveLength(2);
      expect(sent[0]?.text).toContain('failed login of admin from 127.0.0.1');
      expect(sent[1]?.text).toContain('failed login of root');
      expect(stderr).not.toContain(standinKeys.tokenSecret);
      expect(readFileSync(sshd.log, 'utf8')).toContain('Failed password for invalid user admin');
    } finally {
      await Promise.all([sshd.stop(), x.stop()]);
      at.remove();
    }
  });

  test('the same through a CONNECT proxy with a password', async ({ skip }) => {
    const missing = whyNoSshd() ?? (await standinObstacle()) ?? whyNoProxy('tinyproxy');
    skip(missing !== undefined, missing);
    const at = site();
    const x = await startXStandin();
    const sshd = await startSshd();
    const proxy = await startProxy('tinyproxy', { user: 'u', password: 'p4ss' });
    try {
      at.configure(
        configuration(
          x,
          sshd.log,
          `proxy: { https: 'http://u@127.0.0.1:${proxy.port}', password-file: ${proxy.passwordFile} }`,
        ),
      );
      await login(at, x);
      const daemon = await at.daemon();
      await sshd.failedLogin('admin');
      await eventually(async () => (await x.sent()).length > 0, 'the direct message');
      const { stderr } = await daemon.kill('SIGTERM');
      expect(await x.sent()).toHaveLength(1);
      expect(proxy.log()).toContain('CONNECT');
      expect(stderr).not.toContain('p4ss');
    } finally {
      await Promise.all([sshd.stop(), x.stop(), proxy.stop()]);
      at.remove();
    }
  });
});
