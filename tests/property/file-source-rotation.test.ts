import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSession, untoldHistory, type Session } from './file-source.session.ts';
import { createWorld, type World } from './file-source.world.ts';

type Step =
  | { readonly type: 'write'; readonly lines: readonly string[] }
  | { readonly type: 'split'; readonly line: string; readonly at: number }
  | { readonly type: 'late'; readonly line: string }
  | { readonly type: 'rename'; readonly create: boolean }
  | { readonly type: 'copyTruncate' }
  | { readonly type: 'recreate' }
  | { readonly type: 'compress'; readonly number: number }
  | { readonly type: 'settle' }
  | { readonly type: 'stop' }
  | { readonly type: 'start' };

/** Stands for a line that makes a file longer than what is remembered of its head. */
const long = 'LONG';

/** Any bytes but the line ending; CR only inside, as one before LF belongs to the ending. */
const line = fc
  .oneof(
    fc.string({ maxLength: 30, unit: fc.nat(255).map((code) => String.fromCharCode(code)) }),
    fc.constant(long),
    fc.constant(''),
  )
  .map((text) => text.replaceAll(/[\r\n]/g, '.'));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('write'),
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('split'), line, at: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('late'), line }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('rename'), create: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('copyTruncate') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('recreate') }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('compress'), number: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('settle') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stop') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('start') }) },
);

test('every line is seen once, in order per file, through rotations and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, glob) => {
      const directory = mkdtempSync(join(tmpdir(), 'bs-rotation-'));
      const world = createWorld(directory);
      const run = createRun(world, glob ? join(directory, 'app.log*') : world.path);
      try {
        await run.start();
        for (const each of steps) await run.take(each);
        await run.settle();
        await run.stop();
        expect(run.disorder()).toEqual([]);
        expect(run.untold()).toEqual([]);
        const again = openSession({ file: run.pattern }, { marks: run.marks(), follow: false });
        await again.ended;
        expect(again.texts()).toEqual([]);
        expect(untoldHistory(again.outputs)).toEqual([]);
      } finally {
        await run.stop();
        world.close();
        rmSync(directory, { recursive: true, force: true });
      }
    }),
    {
      numRuns: Number(process.env['RUNS'] ?? 120),
      ...seedOf(process.env['SEED']),
      endOnFailure: process.env['FAST'] !== undefined,
    },
  );
}, 600_000);

const seedOf = (seed: string | undefined): { seed?: number } =>
  seed === undefined ? {} : { seed: Number(seed) };

function createRun(world: World, pattern: string) {
  let session: Session | undefined;
  let marks: Session['marks'] = new Map();
  const seen: string[] = [];
  /** What was said of history; a session that is stopped amid it may owe the end. */
  const untold: string[] = [];
  let count = 0;
  /** Whether the source had a chance to see what the file at the path begins with. */
  let known = false;

  /** The number stands at both ends: a file rewritten with lines of equal length and end is beyond telling. */
  const numbered = (text: string): string => {
    count += 1;
    return `${count} ${text === long ? 'x'.repeat(700) : text} ${count}`;
  };
  const all = (): string[] => world.expected.flat();

  const settle = async (): Promise<void> => {
    if (session === undefined) await start();
    const here = session;
    if (here === undefined) return;
    const before = seen.length;
    await here.until(
      () => before + here.texts().length >= all().length && here.condition(world.path) === 'atEnd',
    );
    known = !world.empty;
    world.noticed();
  };

  const start = async (): Promise<void> => {
    if (session !== undefined) return;
    session = openSession({ file: pattern }, { marks });
    // At first sight, so that it is a question of the source alone what it sees from then on.
    if (marks.size === 0) await session.until(() => session?.condition(world.path) === 'atEnd');
  };

  const stop = async (): Promise<void> => {
    if (session === undefined) return;
    const settled = session.condition(world.path) === 'atEnd';
    await session.stop();
    const owed = untoldHistory(session.outputs);
    untold.push(...(settled ? owed : owed.filter((text) => !text.endsWith('without an end'))));
    seen.push(...session.texts());
    marks = session.marks;
    session = undefined;
  };

  const take = async (each: Step): Promise<void> => {
    switch (each.type) {
      case 'write':
        return world.write(each.lines.map((text) => `${numbered(text)}\n`).join(''));
      case 'split': {
        const text = `${numbered(each.line)}\n`;
        const at = Math.min(each.at, text.length - 1);
        world.write(text.slice(0, at));
        await new Promise((resolve) => setImmediate(resolve));
        return world.write(text.slice(at));
      }
      case 'late':
        return world.late(`${numbered(each.line)}\n`);
      case 'rename':
        known = false;
        return world.rename(each.create);
      case 'copyTruncate':
        // A file of which nothing was ever read cannot be told from its copy by its text.
        if (!known) await settle();
        known = false;
        return world.copyTruncate();
      case 'recreate':
        await settle();
        await start();
        known = false;
        return world.recreate();
      case 'compress':
        return world.compress(each.number);
      case 'settle':
        return settle();
      case 'stop':
        return stop();
      case 'start':
        return start();
    }
  };

  /** Lines missing, seen twice, or out of order within their file. */
  const disorder = (): string[] => {
    const problems: string[] = [];
    const places = new Map<string, number[]>();
    seen.forEach((text, index) => places.set(text, [...(places.get(text) ?? []), index]));
    for (const lines of world.expected) {
      let last = -1;
      for (const text of lines) {
        const [at, ...more] = places.get(text) ?? [];
        if (at === undefined) problems.push(`missing: ${text}`);
        else if (more.length > 0) problems.push(`twice: ${text}`);
        else if (at < last) problems.push(`out of order: ${text}`);
        last = at ?? last;
      }
    }
    if (seen.length > all().length) problems.push(`${seen.length} seen, ${all().length} written`);
    return problems;
  };

  return { pattern, start, stop, settle, take, disorder, untold: () => untold, marks: () => marks };
}
