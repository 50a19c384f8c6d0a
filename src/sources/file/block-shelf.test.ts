import { expect, test } from 'vitest';
import { createBlockShelf } from './block-shelf.ts';

const large = 256 * 1024;

test('memory is used again only once it was given back', () => {
  const shelf = createBlockShelf();
  const first = shelf.take(large);
  const second = shelf.take(large);
  first.fill(1);
  second.fill(2);
  expect(first.every((byte) => byte === 1)).toBe(true);
  shelf.giveBack();
  expect(shelf.take(large - 1).buffer).toBe(first.buffer);
});

test('a larger block takes the place of the one that was kept', () => {
  const shelf = createBlockShelf();
  shelf.take(large);
  shelf.giveBack();
  expect(shelf.take(2 * large)).toHaveLength(2 * large);
});

test('small blocks are their own, and leave nothing behind', () => {
  const shelf = createBlockShelf();
  const { buffer } = shelf.take(large);
  shelf.giveBack();
  const small = shelf.take(100);
  expect(small.buffer.byteLength).toBe(100);
  expect(shelf.take(large).buffer).not.toBe(buffer);
});
