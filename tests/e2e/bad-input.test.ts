import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { standinObstacle, startXStandin } from '../peers/x-standin.ts';
import { beginLogin, login } from './login.ts';
import { main, run, site, start, type Site } from './program.ts';

let at: Site;
beforeEach(() => void (at = site()));
afterEach(() => at.remove());

const rule = 'rules: [{ id: a, match: needle, alert: {} }]\nchannels: { board: { screen: {} } }\n';

describe('a configuration with mistakes', () => {
  test('all of them at once, each with its place and what was meant', async () => {
    at.configure(`sources: { app: { file: /tmp/app.log, frmat: json } }
rules:
  - id: one
    match: 'a(b'
    alert: { severity: critcal }
  - id: two
    match: needle
    alert: { title: 'of {{ hots }}' }
    colour: red
receivers: { all: { channels: [nowhere] } }
`);
    const { code, stderr } = await run(at.args('check'));
    expect(code).toBe(78);
    for (const [place, word] of [
      [':1:', 'frmat'],
      [':4:', 'unmatched ('],
      [':5:', 'critcal'],
      [':8:', 'hots'],
      [':9:', 'colour'],
      [':10:', 'nowhere'],
    ] as const) {
      const said = stderr
        .split('\n')
        .some((line) => line.includes(place) && /error|warning/.test(line) && line.includes(word));
      expect(said, `${word} at ${place} in\n${stderr}`).toBe(true);
    }
    expect(stderr).toContain('did you mean');
  });

  test('broken YAML', async () => {
    at.configure('rules: [ {id: a\nsources: }}}');
    const { code, stderr } = await run(at.args('run'));
    expect(code).toBe(78);
    expect(stderr).toMatch(/sentinel\.yaml:\d+:\d+: error/);
  });

  test('no configuration at all', async () => {
    const { code, stderr } = await run(['-c', at.path('missing.yaml'), '--state', at.state, 'run']);
    expect(code).toBe(78);
    expect(stderr).toContain('missing.yaml');
  });

  test.each([
    ['an empty file', ''],
    ['rules without sources', rule],
  ])('%s: check and run say the same, and end with the same code', async (_name, text) => {
    at.configure(text);
    const [checked, ran] = [await run(at.args('check')), await run(at.args('run', '--once'))];
    expect(checked.code).toBe(78);
    expect(checked.stderr).toContain('sentinel.yaml: error: the configuration names no sources');
    expect([ran.code, ran.stderr]).toEqual([checked.code, checked.stderr]);
    const [told] = await at.json('check');
    expect(told).toMatchObject({ ok: false, diagnostics: [{ code: 'config.no-sources' }] });
  });

  test('no configuration where one is looked for: check and run say the same', async () => {
    const env = { XDG_CONFIG_HOME: at.dir, BIRD_SENTINEL_CONFIG: '' };
    // Root looks in /etc, where one may be.
    const nowhere = process.getuid?.() === 0 ? ['-c', at.path('none')] : [];
    const ended = await Promise.all(
      ['check', 'run'].map((command) => run([...nowhere, '--state', at.state, command], { env })),
    );
    expect(ended.map(({ code }) => code)).toEqual([78, 78]);
    expect(ended[0]?.stderr).toBe(ended[1]?.stderr);
  });

  test('a part of a configuration is checked by its name; nothing at all is none', async () => {
    at.configure(rule);
    const part = await run(['check', at.path('sentinel.yaml')]);
    expect(part).toMatchObject({ code: 0, stderr: '' });
    expect(part.stdout).toContain('no sources: a part of a configuration');
    at.configure('');
    expect(await run(['check', at.path('sentinel.yaml')])).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('names no sources') as string,
    });
  });

  test("what the shell's <(command) writes is checked as a file", () => {
    at.configure(rule.replace('needle', 'nee(dle'));
    const words = ['-c', '"$@" <(sleep 0.2; cat "$0")', at.path('sentinel.yaml')];
    const { status, stderr } = spawnSync('/bin/bash', [...words, process.execPath, main, 'check'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({
      status: 78,
      stderr: expect.stringContaining('unmatched (') as string,
    });
  });

  test('a reload that would watch nothing changes nothing', async () => {
    writeFileSync(at.path('app.log'), '');
    at.configure(`sources: { app: { file: ${at.path('app.log')} } }\n${rule}`);
    const daemon = await at.daemon();
    at.configure('');
    const { code, stderr } = await run(at.args('reload'));
    expect(code).toBe(1);
    expect(stderr).toContain('names no sources');
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
  });

  test('a reload of a wrong file changes nothing and says so', async () => {
    writeFileSync(at.path('app.log'), '');
    at.configure(`sources: { app: { file: ${at.path('app.log')} } }\n${rule}`);
    const daemon = await at.daemon();
    at.configure('rules: [{ id: a, match: "(" }]');
    const { code, stderr } = await run(at.args('reload'));
    expect(code).toBe(1);
    expect(stderr).toContain('nothing changed');
    await eventually(() => {
      appendFileSync(at.path('app.log'), 'a needle still\n');
      return daemon.output().stdout.includes('needle still');
    }, 'the old rule to go on');
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
  });
});

describe('the world', () => {
  test('a missing file is a warning, and is read from its beginning when it comes', async () => {
    const log = at.path('late.log');
    at.configure(`sources: { app: { file: ${log} } }\n${rule}`);
    const daemon = await at.daemon();
    await eventually(() => daemon.output().stderr.includes('late.log'), 'the warning');
    writeFileSync(log, 'the first needle\n');
    await eventually(() => daemon.output().stdout.includes('first needle'), 'the line');
    await daemon.kill('SIGTERM');
  });

  test('a second daemon is refused and names the first', async () => {
    writeFileSync(at.path('app.log'), '');
    at.configure(`sources: { app: { file: ${at.path('app.log')} } }\n${rule}`);
    const daemon = await at.daemon();
    const { code, stderr } = await run(at.args('run'));
    expect(code).toBe(1);
    expect(stderr).toContain(String(daemon.pid));
    await daemon.kill('SIGTERM');
  });

  test('a state directory that others can write is refused', async () => {
    writeFileSync(at.path('app.log'), '');
    at.configure(`sources: { app: { file: ${at.path('app.log')} } }\n${rule}`);
    mkdirSync(at.state);
    chmodSync(at.state, 0o777);
    const { code, stderr } = await run(at.args('run', '--once'));
    expect(code).toBe(1);
    expect(stderr).toContain(at.state);
  });

  test('a disk that is full: said, nothing moved, and all told when there is room again', async ({
    skip,
  }) => {
    skip(process.getuid?.() !== 0, 'mounting a small file system needs root');
    mkdirSync(at.state, { mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', at.state]);
    try {
      const log = at.path('app.log');
      writeFileSync(
        log,
        Array.from({ length: 3000 }, (_, number) => `needle ${number} ${'x'.repeat(600)}\n`).join(''),
      );
      at.configure(`sources: { app: { file: ${log}, start: beginning } }\n${rule}`);
      const full = await run(at.args('run', '--once'));
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(/ledger cannot be written/);
      execFileSync('mount', ['-o', 'remount,size=64m', at.state]);
      const roomy = await run(at.args('-q', 'run', '--once'));
      expect(roomy.code, roomy.stderr.slice(-2000)).toBe(0);
      expect(await at.json('alerts', 'list', '--limit', '5000')).toHaveLength(3000);
    } finally {
      execFileSync('umount', [at.state]);
    }
  });

  test('no network: the message is queued, and said so by 75', async () => {
    at.configure(`channels: { hook: { webhook: { url: 'http://127.0.0.1:9/' } } }\n`);
    const { code, stdout } = await run(at.args('send', '--to', 'hook', 'hello'));
    expect(code).toBe(75);
    expect(stdout).toMatch(/pending|unknown/);
    expect(await at.json('alerts', 'list')).toHaveLength(1);
  });

  test('send to nobody known is a matter of usage', async () => {
    at.configure('channels: { board: { screen: {} } }\n');
    const { code, stderr } = await run(at.args('send', '--to', 'bord', 'hello'));
    expect(code).toBe(2);
    expect(stderr).toContain('board');
  });
});

describe('logging in', () => {
  test('a wrong key, a wrong PIN, a stale PIN, a skewed clock, nobody there', async ({ skip }) => {
    const obstacle = await standinObstacle();
    skip(obstacle !== undefined, obstacle);
    const x = await startXStandin();
    try {
      at.configure(`accounts: { bot: { x: { api: '${x.url}' } } }\ntls: { ca-file: ${x.caFile} }\n`);

      const wrongKey = await (await beginLogin(at, 'bot', 'not the secret')).ended;
      expect(wrongKey.code).toBe(77);
      expect(wrongKey.stderr).toContain('copy the API key');

      const wrongPin = await beginLogin(at);
      wrongPin.say('1234567');
      const refused = await wrongPin.ended;
      expect(refused.code).toBe(77);
      expect(refused.stderr).toMatch(/PIN/);

      const stale = await beginLogin(at);
      const token = decodeURIComponent(/oauth_token=([^\s&]+)/.exec(stale.output().stdout)?.[1] ?? '');
      const pin = await x.approve(token, '1001');
      await x.expire(token);
      stale.say(pin);
      const late = await stale.ended;
      expect(late.code).toBe(77);
      expect(late.stderr).toMatch(/start again/);

      await x.settings({ clock: 3600 });
      await login(at, x);
      await x.settings({ clock: 0 });
    } finally {
      await x.stop();
    }
    at.configure('channels: { board: { screen: {} } }\n');
    const nobody = start(at.args('auth', 'login', 'x', '--api', 'https://127.0.0.1:9'), {
      input: 'key\nsecret\n1\n',
    });
    const unanswered = await nobody.ended;
    expect(unanswered.code).toBe(77);
    expect(unanswered.stderr).toMatch(/connection|network/i);
  });

  test('a recipient who cannot be messaged is given up, with the reason; a token file that others can read is refused', async ({
    skip,
  }) => {
    const obstacle = await standinObstacle();
    skip(obstacle !== undefined, obstacle);
    const x = await startXStandin();
    const configure = (to: string): void =>
      at.configure(`accounts: { bot: { x: { api: '${x.url}' } } }
channels: { phone: { x-dm: { account: bot, to: '${to}' } } }
tls: { ca-file: ${x.caFile} }
`);
    try {
      configure('@nobody_at_all');
      await login(at, x);
      const dead = await run(at.args('send', '--to', 'phone', 'hello'));
      expect(dead.code).toBe(1);
      expect(dead.stdout).toMatch(/dead.*nobody_at_all/);
      configure('@night_admin');
      chmodSync(`${at.state}/x-bot.json`, 0o644);
      const { code, stdout } = await run(at.args('send', '--to', 'phone', 'hello'));
      expect(code).toBe(75);
      expect(stdout).toContain('x-bot.json');
    } finally {
      await x.stop();
    }
  });
});
