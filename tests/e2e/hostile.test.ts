import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { run, site, type Site } from './program.ts';

/** Lines that an attacker would like a machine to write. Each contains `victim`. */
const lines: readonly Buffer[] = [
  'victim \x1b[2J\x1b]0;owned\x07\x1b[31mred',
  'victim $(touch PWNED) `touch PWNED` ; touch PWNED | touch PWNED && touch PWNED',
  "victim '; touch PWNED; '\" \\ \n".trimEnd(),
  'victim {{ 7 | times: 6 }} {% for i in (1..1000000000) %}x{% endfor %} {{ secret }}',
  'victim \u202egnp.exe\u202c \u2066hidden\u2069 \u200f\u061c',
  'victim \u0085\u009b31m c1 \x7f del',
  'victim (a+)+$ [[[ \\Q ((((',
  'victim __proto__ constructor {"__proto__": {"polluted": true}}',
  'victim %s %n %d ${jndi:ldap://x} ${PATH}',
  `victim ${'9'.repeat(20_000)}`,
]
  .map((text) => Buffer.from(`Nov 20 10:00:00 web1 app[7]: ${text}\n`))
  .concat([
    Buffer.concat([
      Buffer.from('victim \0 NUL \0'),
      Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
      Buffer.from(' invalid\n'),
    ]),
    Buffer.concat([
      Buffer.from('victim ten megabytes '),
      Buffer.alloc(10 * 1024 * 1024, 'x'),
      Buffer.from('\n'),
    ]),
    Buffer.from('victim the last line is still seen\n'),
  ]);

/** Anything that would move a cursor, colour a screen or turn text around. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;

let at: Site;
let peer: HttpPeer;
beforeAll(async () => {
  at = site();
  peer = await startHttpPeer();
  writeFileSync(at.path('app.log'), Buffer.concat([...lines]));
  writeFileSync(
    at.path('tool.sh'),
    `#!/bin/sh\ncat >/dev/null\nenv | grep -a '^BIRD_' >> ${at.path('env.txt')}\nprintf '%s\\n' "$#" >> ${at.path('argc.txt')}\n`,
    { mode: 0o755 },
  );
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
  - id: hostile
    match: 'victim (?<what>.*)'
    alert: { title: 'seen: {{ what }}', text: '{{ line }}' }
channels:
  hook: { webhook: { url: '${peer.url}' } }
  tool: { exec: { command: [${at.path('tool.sh')}] } }
  board: { screen: {} }
receivers: { all: { channels: [hook] }, both: { channels: [tool] }, screen: { channels: [board] } }
`);
});
afterAll(async () => {
  await peer.stop();
  at.remove();
});

describe('hostile lines change nothing but text', () => {
  test('on the screen, in messages, in a command’s environment', async () => {
    const { code, stdout, stderr } = await run(at.args('run', '--once'), { cwd: at.dir });
    expect(code, stderr).toBe(0);
    expect(stdout.replaceAll('\n', '')).not.toMatch(controls);
    expect(stdout).not.toContain('seen: 42');
    expect(stdout).toContain('{{ 7 | times: 6 }}');
    expect(existsSync(at.path('PWNED'))).toBe(false);

    expect(peer.arrivals).toHaveLength(lines.length);
    for (const { body } of peer.arrivals) expect(() => JSON.parse(body)).not.toThrow();
    expect(peer.arrivals.at(-1)?.body).toContain('the last line is still seen');

    expect(readFileSync(at.path('argc.txt'), 'utf8').trim().split('\n')).toEqual(lines.map(() => '0'));
    const env = readFileSync(at.path('env.txt'), 'utf8');
    expect(env.replaceAll('\n', '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    for (const line of env.trim().split('\n')) expect(line).toMatch(/^BIRD_[A-Z0-9_]+=/);
  });

  test('and the commands that print the ledger are as harmless', async () => {
    const alerts = await at.json('alerts', 'list', '--limit', '100');
    expect(alerts).toHaveLength(lines.length);
    for (const { id } of alerts) {
      for (const command of ['show', 'why']) {
        const { code, stdout } = await run(at.args('alerts', command, String(id)));
        expect(code).toBe(0);
        expect(stdout.replaceAll('\n', '')).not.toMatch(controls);
      }
    }
  });
});
