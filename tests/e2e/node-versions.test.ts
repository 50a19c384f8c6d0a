import { execFile } from 'node:child_process';
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { size } from '../size.ts';
import { main, site, type Ended, type Site } from './program.ts';

/** A Node, or why it is not to be had here. */
type Found = { readonly binary: string } | { readonly missing: string };

const project = join(import.meta.dirname, '../..');
const example = join(project, 'examples/sshd/auth.log');
const current = process.versions.node.split('.')[0] ?? '';
const others = ['20', '22', '24'].filter((major) => major !== current);

const nodes = new Map<string, Found>([[current, { binary: process.execPath }]]);
const sites: Site[] = [];

beforeAll(async () => {
  await Promise.all(others.map(async (major) => nodes.set(major, await install(major))));
}, 300_000);
afterEach(() => {
  for (const at of sites.splice(0)) at.remove();
});

/** The sysexits code by which `tools/with-node.sh` says that there is no such Node. */
const unavailable = 69;

async function install(major: string): Promise<Found> {
  const script = join(project, 'tools/with-node.sh');
  const { code, stdout, stderr } = await ended(
    script,
    [major, 'node', '-p', 'process.execPath'],
    process.env,
  );
  if (code === 0) return { binary: stdout.trim() };
  if (code === unavailable) return { missing: stderr.trim() };
  throw new Error(`tools/with-node.sh ${major} ended with ${code}: ${stderr}`);
}

/** Why tests of that Node are skipped. */
function whyNot(major: string): string | undefined {
  const node = nodes.get(major);
  return node !== undefined && 'missing' in node ? node.missing : undefined;
}

/** Runs one of the Nodes to its end, in a clean environment. */
function under(major: string, args: readonly string[]): Promise<Ended> {
  const node = nodes.get(major);
  if (node === undefined || 'missing' in node) throw new Error(`Node ${major} is missing`);
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', TZ: 'UTC' };
  return ended(node.binary, args, env);
}

function ended(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** What the present Node does in three runs, once for all others. */
let undisturbed: ReturnType<typeof resumed> | undefined;

describe.each(others)(`Node %s does what Node ${current} does`, (major) => {
  test('it is that version', async ({ skip }) => {
    const missing = whyNot(major);
    skip(missing !== undefined, missing);
    const { stdout } = await under(major, ['--version']);
    expect(stdout.split('.')[0]).toBe(`v${major}`);
  });

  test('watch --once shows the same, without a warning', async ({ skip }) => {
    const missing = whyNot(major);
    skip(missing !== undefined, missing);
    const args = [main, 'watch', '--once', '--json', example];
    const [here, there] = await Promise.all([under(current, args), under(major, args)]);
    expect(there).toEqual(here);
    expect(here).toMatchObject({ code: 0, stderr: '' });
    expect(here.stdout).toContain('203.0.113.9');
  });

  test('expressions that run away are cut off alike', async ({ skip }) => {
    const missing = whyNot(major);
    skip(missing !== undefined, missing);
    const at = newSite();
    const log = at.path('hostile.log');
    writeFileSync(log, `${'a'.repeat(40)}!\n${'ab'.repeat(2000)}\nhay needle hay\n`);
    // Linear by V8's fallback; refused by it for the look-ahead; refused for the counted repetition.
    const rules = ['(a+)+$', '(?=(a+)+$)a', '(a{1,9})+$', 'needle'].flatMap((rule) => ['--rule', rule]);
    const args = [main, 'watch', '--once', log, ...rules];
    const [here, there] = await Promise.all([under(current, args), under(major, args)]);
    expect({ ...there, stdout: timeless(there.stdout) }).toEqual({ ...here, stdout: timeless(here.stdout) });
    expect(here).toMatchObject({ code: 0, stdout: expect.stringContaining('hay needle hay') });
  });

  test('run --once resumes where it was, and so does either Node after the other', async ({ skip }) => {
    const missing = whyNot(major);
    skip(missing !== undefined, missing);
    undisturbed ??= resumed([current, current, current]);
    const [here, there] = await Promise.all([undisturbed, resumed([major, major, major])]);
    expect(here.shown).toMatch(/brute force from 203\.0\.113\.9[^]*needle 1\n[^]*needle 2\n/);
    expect(here.shown.match(/^CRITICAL: needle/gm)).toHaveLength(2);
    expect(there).toEqual(here);
    expect(await resumed([current, major, current])).toEqual(here);
    if (size('NODES', 1, 2) > 1) expect(await resumed([major, current, major])).toEqual(here);
  });
});

/** What three runs over a growing file show, each under its Node and all with one state directory. */
async function resumed(
  majors: readonly string[],
): Promise<{ readonly shown: string; readonly kept: string }> {
  const at = newSite();
  const log = at.path('auth.log');
  copyFileSync(example, log);
  at.configure(`
sources: { auth: { file: ${log}, start: beginning } }
include: [{ pack: sshd }]
rules: [{ id: needle, match: 'needle (?<n>\\d+)', key: [n], alert: { severity: critical, title: 'needle {{ n }}' } }]
channels: { out: { screen: {} } }
receivers: { me: { channels: [out] } }
`);
  let shown = '';
  for (const [round, major] of majors.entries()) {
    if (round > 0) appendFileSync(log, `Nov 20 10:00:0${round} web1 root: needle ${round}\n`);
    const { code, stdout, stderr } = await under(major, [main, ...at.args('run', '--once')]);
    expect({ code, stderr }, `run ${round + 1} under Node ${major}`).toEqual({ code: 0, stderr: '' });
    shown += stdout;
  }
  const { stdout: kept } = await under(current, [main, ...at.args('--json', 'alerts', 'list')]);
  return { shown: timeless(shown), kept: timeless(kept).replaceAll(at.dir, 'FOLDER') };
}

/** Without the times of receipt. */
function timeless(text: string): string {
  return text
    .replaceAll(/(\[#\w+\] \S+) \d\d:\d\d:\d\d/g, '$1 TIME')
    .replaceAll(/"(firstAt|lastAt|toldAt|resolvedAt)":\d+/g, '"$1":0');
}

function newSite(): Site {
  const at = site();
  sites.push(at);
  return at;
}
