import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { webhook } from '../../src/channels/webhook/webhook.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createIntake } from '../../src/daemon/intake.ts';
import { localTime } from '../../src/daemon/local-time.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { instant } from '../../src/model/time.ts';
import { startHttpPeer } from '../e2e/http-peer.ts';
import { main, run, site, type Site } from '../e2e/program.ts';
import { attemptAt, channelPorts } from '../peers/channel-ports.ts';
import { size } from '../size.ts';
import { controls, hostileLine, packNames } from './hostile-lines.ts';
import { createChance } from './kill-plan.ts';

const seed = Number(process.env['SEED'] ?? 20_100_101);
const token = 'bs-secret-7f3a1c0d9e';
let at: Site;

beforeEach(() => void (at = site()));
afterEach(() => at.remove());

/** All packs, a rule that raises for every line in which it finds its word, and `channels`. */
const configText = (channels: string): string => `
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
include: [${packNames.map((name) => `{ pack: ${name} }`).join(', ')}]
rules:
  - id: any
    match: 'fuzz(?<number>\\d+)#(?<rest>.*)'
    key: [number]
    alert: { title: 'seen: {{ rest }}', text: '{{ line }}' }
${channels}`;

describe('lines that mean harm', () => {
  const lines = size('FUZZ_LINES', 20_000, 1_000_000);
  /** Longest that one line may hold the process, in milliseconds of the processor's time; what V8 does beside it is in it. */
  const hangMs = 3_000;

  test(
    `none of ${lines} ends or holds the engine under the rules of all packs`,
    async () => {
      at.configure(configText('channels: { board: { screen: {} } }'));
      const match = createMatchPorts();
      const loaded = await loadConfig({ files: [at.path('sentinel.yaml')], match, zone: 'UTC' });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
      const { program, late } = loaded.value;
      const intake = createIntake({ name: 'app', format: 'auto' }, program, 'UTC', match);
      const engine = createEngine(program, {
        match,
        localTime,
        late,
        limits: { keysPerRule: 1000 },
        sources: ['app'],
      });
      const chance = createChance(seed);
      let now = Date.parse('2026-11-20T10:00:00Z');
      let [seq, raises, slowest] = [0, 0, 0];
      for (let number = 0; number < lines; number++) {
        const bytes = Buffer.from(`${hostileLine(chance)}\n`);
        const receivedAt = instant((now += chance.below(2000)));
        const position = { stream: '/app.log', begin: 0, end: bytes.length, mark: null };
        const begun = process.cpuUsage();
        const chunk = {
          source: 'app',
          bytes,
          records: { kind: 'lines' as const },
          position,
          receivedAt,
          reference: receivedAt,
        };
        for (const { event, rules } of intake.take(chunk)) {
          const effects = engine.step({ type: 'event', seq: seq++, now: receivedAt, event, rules });
          raises += effects.filter(({ type }) => type === 'raise').length;
        }
        const { user, system } = process.cpuUsage(begun);
        slowest = Math.max(slowest, (user + system) / 1000);
        if (number % 10_000 === 0) engine.changes();
      }
      console.log(`seed ${seed}: ${lines} lines, ${raises} raises, the slowest ${slowest.toFixed(0)} ms`);
      expect(intake.counts().lines).toBe(lines);
      expect(raises).toBeGreaterThan(lines / 100);
      expect(slowest).toBeLessThan(hangMs);
    },
    120_000 + lines * 5,
  );

  const told = size('FUZZ_TOLD', 200, 20_000);

  test(
    `of ${told} that are told: nothing of theirs, and no secret, reaches a terminal, a shell or a message as more than text`,
    async () => {
      const peer = await startHttpPeer();
      const chance = createChance(seed + 1);
      const texts = Array.from({ length: told }, (_, number) => `fuzz${number}#${hostileLine(chance)}\n`);
      writeFileSync(at.path('app.log'), texts.join(''));
      writeFileSync(at.path('token'), token, { mode: 0o600 });
      writeFileSync(
        at.path('tool.sh'),
        `#!/bin/sh\ncat >/dev/null\nprintf '%s\\n' "$#" >>${at.path('argc')}\nenv -0 >>${at.path('env')}\n`,
        {
          mode: 0o755,
        },
      );
      at.configure(
        configText(`
channels:
  hook: { webhook: { url: '${peer.url}', token-file: ${at.path('token')} } }
  tool: { exec: { command: [${at.path('tool.sh')}] } }
  told: { file: { file: ${at.path('told')} } }
  board: { screen: {} }
receivers: { a: { channels: [hook] }, b: { channels: [tool] }, c: { channels: [told] }, d: { channels: [board] } }
routes: [{ when: { rule: any }, to: [a, c, d] }, { to: [b] }]
limits: { max-waiting: 100000 }
`),
      );
      try {
        const outputs = [await run(at.args('run', '--once'), { cwd: at.dir })];
        expect(outputs[0]?.code, outputs[0]?.stderr).toBe(0);
        const alerts = await at.json('alerts', 'list', '--limit', '100000');
        expect(alerts.filter(({ rule }) => rule === 'any')).toHaveLength(told);
        expect(
          new Set(peer.arrivals.map(({ body }) => (JSON.parse(body) as { key: string[] }).key[0])).size,
        ).toBe(told);
        outputs.push(await run(at.args('alerts', 'list', '--limit', '100000')), await run(at.args('status')));
        for (const { id } of alerts.slice(0, 8))
          outputs.push(await run(at.args('alerts', 'why', String(id))));
        for (const { stdout, stderr } of outputs) {
          expect(stdout.replaceAll('\n', '')).not.toMatch(controls);
          expect(stderr.replaceAll('\n', '')).not.toMatch(controls);
        }
        const said = outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]).join('\n');
        const kept = readdirSync(at.state).map((name) => {
          const path = join(at.state, name);
          return lstatSync(path).isFile() ? readFileSync(path, 'latin1') : '';
        });
        const given = [
          ...peer.arrivals.map(({ body }) => body),
          readFileSync(at.path('told'), 'utf8'),
          read('env'),
        ];
        for (const text of [said, ...kept, ...given]) expect(text.includes(token)).toBe(false);
        expect(peer.arrivals[0]?.headers.authorization).toBe(`Bearer ${token}`);
        expect(new Set(read('argc').split('\n').filter(Boolean))).toEqual(
          new Set(existsSync(at.path('argc')) ? ['0'] : []),
        );
        expect(readdirSync(at.dir).filter((name) => name.includes('PWNED'))).toEqual([]);
      } finally {
        await peer.stop();
      }
    },
    180_000 + told * 100,
  );

  const read = (name: string): string =>
    existsSync(at.path(name)) ? readFileSync(at.path(name), 'utf8') : '';
});

describe('answers that mean harm', () => {
  const answers = size('FUZZ_ANSWERS', 200, 20_000);
  const piece = fc.oneof(
    fc.constantFrom(
      'HTTP/1.1 ',
      'HTTP/9.9 ',
      '200 OK',
      '429 x',
      '503 \x1b[2J',
      '301 M',
      '100 Continue',
      '-1 x',
      '999999 x',
      '\r\n',
      '\r\n\r\n',
      '\n\n',
      'Content-Length: ',
      'Transfer-Encoding: chunked\r\n',
      'Retry-After: ',
      'Location: file:///etc\r\n',
      '5\r\n',
      '-5\r\n',
      'ffffffffffffffff\r\n',
      '0\r\n\r\n',
      '99999999999999999999',
      'Wed, 21 Oct 9999 07:28:00 GMT',
      'NaN',
      '\0',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const answer = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.array(piece, { maxLength: 12 }).map((parts) => `HTTP/1.1 ${parts.join('')}`),
    fc
      .tuple(fc.integer({ min: 100, max: 999 }), fc.array(piece, { maxLength: 8 }))
      .map(([status, parts]) => `HTTP/1.1 ${status} x\r\n${parts.join('')}\r\n\r\n${parts.join('')}`),
  );

  test(
    `each of ${answers} is one of the ways a delivery can go, in plain words, without a secret`,
    async () => {
      let reply = '';
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(Buffer.from(reply, 'latin1')));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const ports = await channelPorts('https://x.test');
      writeFileSync(at.path('token'), token, { mode: 0o600 });
      const options = { url: `http://127.0.0.1:${port}/hook`, 'token-file': at.path('token'), timeout: '5s' };
      const channel = await webhook.open(webhook.options.parse(options), ports);
      try {
        await fc.assert(
          fc.asyncProperty(answer, async (text) => {
            reply = text;
            const delivery = await channel.send(attemptAt('needle'));
            const words = JSON.stringify(delivery);
            expect(['sent', 'retry', 'failed', 'unknown']).toContain(delivery.type);
            expect(words.includes(token)).toBe(false);
            if ('detail' in delivery) expect(delivery.detail).not.toMatch(controls);
          }),
          { numRuns: answers },
        );
      } finally {
        await channel.close();
        server.close();
        await ports.remove();
      }
    },
    120_000 + answers * 200,
  );
});

describe('a state directory that somebody laid', () => {
  const rule = "rules: [{ id: any, match: 'needle', alert: {} }]\nchannels: { board: { screen: {} } }";
  const begin = (): void => {
    writeFileSync(at.path('app.log'), 'needle\n');
    at.configure(`sources: { app: { file: ${at.path('app.log')}, start: beginning } }\n${rule}`);
  };
  const refused = async (): Promise<void> => {
    const { code, stderr } = await run(at.args('run', '--once'));
    expect(code).not.toBe(0);
    expect(stderr).toContain(at.state);
  };

  test('is refused as a link, as writable by others, and as somebody’s', async ({ skip }) => {
    begin();
    const real = at.path('real');
    mkdirSync(real, { mode: 0o700 });
    symlinkSync(real, at.state);
    await refused();
    expect(readdirSync(real)).toEqual([]);
    renameSync(at.state, at.path('link'));
    for (const mode of [0o777, 0o770, 0o702]) {
      if (!existsSync(at.state)) mkdirSync(at.state);
      chmodSync(at.state, mode);
      await refused();
    }
    expect(readdirSync(at.state)).toEqual([]);
    skip(process.getuid?.() !== 0, 'only root can give a directory away');
    chmodSync(at.state, 0o700);
    chmodSync(at.dir, 0o755);
    const other = spawnSync(process.execPath, [main, ...at.args('run', '--once')], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
    });
    expect(other.status).not.toBe(0);
    expect(readdirSync(at.state)).toEqual([]);
  });

  test.each(['ledger.db', 'ledger.db-wal', 'ledger.db.backup'])(
    '%s as a link to another file: that file stays as it is',
    async (name) => {
      begin();
      mkdirSync(at.state, { mode: 0o700 });
      writeFileSync(at.path('victim'), 'precious', { mode: 0o644 });
      symlinkSync(at.path('victim'), join(at.state, name));
      await run(at.args('run', '--once'));
      expect(readFileSync(at.path('victim'), 'utf8')).toBe('precious');
      expect(statSync(at.path('victim')).mode & 0o777).toBe(0o644);
    },
  );

  test('ledger.db as another name of a file: refused, and the file stays as it is', async () => {
    begin();
    mkdirSync(at.state, { mode: 0o700 });
    writeFileSync(at.path('victim'), 'precious', { mode: 0o644 });
    linkSync(at.path('victim'), join(at.state, 'ledger.db'));
    await refused();
    expect(readFileSync(at.path('victim'), 'utf8')).toBe('precious');
    expect(statSync(at.path('victim')).mode & 0o777).toBe(0o644);
  });

  test('what is made in it is nobody else’s, whatever the umask', async () => {
    begin();
    const shell = `umask 0; exec "$0" "$@"`;
    execFileSync('sh', ['-c', shell, process.execPath, main, ...at.args('run', '--once')], {
      stdio: 'ignore',
    });
    expect(statSync(at.state).mode & 0o777).toBe(0o700);
    const open = readdirSync(at.state).filter((name) => (lstatSync(join(at.state, name)).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    if (process.getuid?.() === 0) chownSync(at.state, 0, 0);
  });
});

test('npm knows of no hole in what is installed', ({ skip }) => {
  skip(process.env['FULL'] !== '1', 'asks the registry: only in test:full');
  const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: 120_000 });
  const report = JSON.parse(stdout === '' ? '{}' : stdout) as {
    metadata?: { vulnerabilities: { total: number } };
  };
  if (report.metadata === undefined) return skip(true, 'the registry does not answer audits');
  expect(report.metadata.vulnerabilities.total).toBe(0);
});
