import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChunkSize } from './chunk-size.ts';

/** The size after `chunks` that take `perMiB` milliseconds a MiB, and how long the last one took. */
function settle(perMiB: number, chunks: number): { readonly bytes: number; readonly ms: number } {
  const size = createChunkSize();
  let ms = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    ms = (size.bytes() / 1024 / 1024) * perMiB;
    size.took(ms);
  }
  return { bytes: size.bytes(), ms };
}

test('what is cheap is taken a MiB at a time, after a few chunks', () => {
  expect(settle(10, 4).bytes).toBe(1024 * 1024);
});

test('however dear the lines are, a chunk soon takes no longer than it must', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), (perMiB) => {
      const { bytes, ms } = settle(perMiB, 10);
      expect(bytes).toBeGreaterThanOrEqual(16 * 1024);
      expect(bytes).toBeLessThanOrEqual(1024 * 1024);
      if (bytes > 16 * 1024) expect(ms).toBeLessThanOrEqual(400);
    }),
  );
});
