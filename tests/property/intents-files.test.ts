import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/daemon/intents/contract.ts';
import { createFiles } from '../../src/daemon/intents/files.ts';

const name = fc.constantFrom('a', 'b', 'c');
const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      name,
      how: fc.constantFrom('line' as const, 'text' as const, 'once' as const),
      text: bytes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), name }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rotate' as const), name }) },
);

test('every file holds its texts in their order, whatever is closed and rotated meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, most) => {
        const dir = mkdtempSync(join(tmpdir(), 'files-'));
        const files = createFiles({ files: most, fileQueued: 1_000_000 });
        const expected = new Map<string, string>();
        const outcomes: Promise<Outcome>[] = [];
        let under: Promise<unknown>[] = [];
        const settle = async (): Promise<void> => {
          await Promise.all(under);
          under = [];
        };
        let rotations = 0;
        for (const each of steps) {
          if (each.type === 'write') {
            const { how, text } = each;
            const write = files.write({ type: 'write', file: join(dir, each.name), how, text });
            under.push(write);
            outcomes.push(write);
            const written = how === 'line' ? `${text}\n` : text;
            expected.set(each.name, (expected.get(each.name) ?? '') + written);
          } else if (each.type === 'close') under.push(files.close(join(dir, each.name)));
          else if (each.type === 'wait') await settle();
          else if (expected.has(each.name)) {
            // At rest, so that it is known which file each text belongs to.
            await settle();
            rotations += 1;
            renameSync(join(dir, each.name), join(dir, `${each.name}.${rotations}`));
            expected.set(`${each.name}.${rotations}`, expected.get(each.name) ?? '');
            expected.delete(each.name);
          }
        }
        await settle();
        for (const outcome of outcomes) expect(await outcome).toEqual({ type: 'done' });
        for (const [file, text] of expected) expect(readFileSync(join(dir, file), 'latin1')).toBe(text);
        expect(readdirSync(dir).toSorted()).toEqual([...expected.keys()].toSorted());
        await files.closeAll();
        rmSync(dir, { recursive: true, force: true });
      },
    ),
    { numRuns: 150 },
  );
});
