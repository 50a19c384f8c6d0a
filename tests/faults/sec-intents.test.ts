import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { site, start, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';

const half = 8;
const total = 2 * half;
const all = Array.from({ length: total }, (_, number) => String(number));

let at: Site;
beforeEach(() => {
  at = site();
  writeFileSync(at.path('app.log'), '');
  writeFileSync(at.path('script'), '#!/bin/sh\nexit "$1"\n', { mode: 0o755 });
  // Each line is written; each odd one asks a script, whose end decides what is written of it.
  writeFileSync(
    at.path('rules.sec'),
    `
type=Single
continue=TakeNext
ptype=PerlFunc
pattern=sub { $_[0] =~ /numbered (\\d+) end/ ? ($1, $1 * $1) : () }
desc=number $1
action=write ${at.path('written')} $1 $2

type=SingleWithScript
ptype=RegExp
pattern=numbered (\\d*[13579]) end
script=${at.path('script')} 3
shell=no
desc=script $1
action=write ${at.path('good')} $1
action2=write ${at.path('bad')} $1
`,
  );
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
include: [{ sec: ${at.path('rules.sec')}, perl: true }]
channels: { screen: { screen: {} } }
receivers: { all: { channels: [screen] } }
`);
});
afterEach(() => at.remove());

const linesOf = (name: string): readonly string[] =>
  existsSync(at.path(name)) ? readFileSync(at.path(name), 'utf8').split('\n').slice(0, -1) : [];

const append = (from: number, to: number): void => {
  for (let number = from; number < to; number++) {
    appendFileSync(at.path('app.log'), `Nov 20 10:00:00 web1 app[7]: numbered ${number} end\n`);
  }
};

test.each(['before-commit:2', 'before-intent:3', 'during-intent:4', 'after-intent:2', 'intent-settled:3'])(
  'rules of SEC, kill -9 at %s: each line is written, and no script is heard twice',
  async (point) => {
    append(0, half);
    const first = start(at.args('run'), { env: { BIRD_SENTINEL_CRASH_AT: point } });
    expect((await first.ended).signal, first.output().stderr).toBe('SIGKILL');
    append(half, total);
    const second = await at.daemon();
    const numbers = (): ReadonlySet<string> =>
      new Set(linesOf('written').map((line) => line.replace(/ .*/, '')));
    await eventually(() => numbers().size === total, 'every line');
    const odd = all.filter((number) => Number(number) % 2 === 1);
    const lost = (): number => second.output().stderr.split('child-lost').length - 1;
    await eventually(() => new Set(linesOf('bad')).size + lost() >= odd.length, 'every script');
    await second.kill('SIGTERM');

    expect([...numbers()].toSorted()).toEqual(all.toSorted());
    for (const line of linesOf('written')) {
      const [number, square] = line.split(' ');
      expect(Number(square)).toBe(Number(number) ** 2);
    }
    expect(linesOf('written').length).toBeLessThanOrEqual(2 * total);
    expect(linesOf('good')).toEqual([]);
    expect(linesOf('bad').every((number) => odd.includes(number))).toBe(true);
  },
);
