import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { standinObstacle, startXStandin } from '../peers/x-standin.ts';
import { login } from './login.ts';
import { run, site, start, type Ended } from './program.ts';

/*
 * A new user with nothing but the README: what it says is typed here as it stands there. The README's own
 * words are the input, so a command or a configuration that is wrong in it fails here.
 */

const project = join(import.meta.dirname, '../..');
const readme = readFileSync(join(project, 'README.md'), 'utf8');
/** The code blocks below a heading. */
const blocks = (heading: string, language: string): readonly string[] => {
  const [, below = ''] = readme.split(`\n## ${heading}\n`);
  const [part = ''] = below.split('\n## ');
  return [...part.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  );
};

/** What the README promises without saying so: an alert within a minute, a message within five. */
const alertWithinMs = 60_000;
const messageWithinMs = 300_000;
/** A machine under load is not the reader's. */
const patience = 5;

let root = '';
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'first-minute-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const shell = (command: string, cwd: string): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile('bash', ['-c', command], { cwd, maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
    child.stdin?.end();
  });

test('from nothing to an alert on the screen', { timeout: alertWithinMs * patience }, async ({ skip }) => {
  const [typed = ''] = blocks('Try it', 'sh');
  const [, words = ''] = /^npm ci && npm start -- (.*)\n$/.exec(typed) ?? [];
  expect(words).toContain('watch');
  const begun = performance.now();
  // Fetching and compiling everything once more is for FULL=1.
  const isWhole = process.env['FULL'] === '1';
  const { code, stdout, stderr } = isWhole
    ? await shell(typed, freshCheckout())
    : await run(words.split(' '), { cwd: project });
  const seconds = (performance.now() - begun) / 1000;
  skip(/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(stderr), 'there is no npm registry');
  expect(code, `${stdout}${stderr}`).toBe(0);
  expect(stdout).toContain('SSH brute force from');
  console.log(
    `first alert on the screen after ${seconds.toFixed(1)} s${isWhole ? ', npm ci included' : ', once built'}`,
  );
});

function freshCheckout(): string {
  const checkout = join(root, 'checkout');
  const left = new Set(['.git', '.cache', 'node_modules', 'dist', 'coverage']);
  cpSync(project, checkout, {
    recursive: true,
    filter: (path) => path === project || !left.has(basename(path)),
  });
  return checkout;
}

test('from nothing to a direct message', { timeout: messageWithinMs }, async ({ skip }) => {
  const obstacle = await standinObstacle();
  skip(obstacle !== undefined, obstacle);
  const at = site();
  const x = await startXStandin();
  try {
    const begun = performance.now();
    mkdirSync(at.path('app'));
    const log = at.path('auth.log');
    writeFileSync(log, '');
    // Only what is the reader's own is changed: paths, and where X is.
    const [yaml = ''] = blocks('A first configuration', 'yaml');
    const own = yaml
      .replace('/var/log/auth.log', log)
      .replace('/var/log/app/', `${at.path('app')}/`)
      .replace('https://api.x.com', x.url);
    at.configure(`${own}\ntls: { ca-file: ${x.caFile} }\n`);
    const typed =
      [...blocks('A first configuration', 'sh')].join('').match(/(?<=npm start -- )[^#\n]+/g) ?? [];
    expect(typed.map((line) => line.trim().split(' ')[0])).toEqual(
      expect.arrayContaining(['check', 'run', 'send', 'status']),
    );

    const checked = await run(at.args('check'));
    expect(checked, checked.stderr).toMatchObject({ code: 0, stderr: '' });
    await login(at, x);
    expect((await run(at.args('send', 'hello', '--to', 'phone'))).code).toBe(0);
    const daemon = start(at.args('run'));
    await eventually(async () => (await at.status()) !== undefined, 'the daemon', 60_000);
    expect((await run(at.args('status'))).code).toBe(0);
    appendFileSync(
      log,
      `${new Date().toString().slice(4, 10)} 10:00:06 web1 root: bird_alert : the first one\n`,
    );
    await eventually(async () => (await x.sent()).length > 1, 'the direct message', 60_000);
    const sent = await x.sent();
    console.log(`first direct message after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    expect(sent[0]?.text).toContain('hello');
    expect(sent[1]?.text).toContain('the first one');
    const listed = await run(at.args('alerts', 'list'));
    expect(listed.stdout).toContain('bird-alert');
    await daemon.kill('SIGTERM');
  } finally {
    await x.stop();
    at.remove();
  }
});
