import { expect, test } from 'vitest';
import { createMemoryLedger } from '../../store/memory.ts';
import { codesIn } from './code-memory.ts';
import { createReferences } from './references.ts';

test('a number is the same in the next start, and leads to the code', () => {
  const memory = codesIn(createMemoryLedger());
  expect(memory.recall()).toEqual([]);
  const reference = createReferences(10, memory).globalOf(1, 'sub { 1 }');
  const next = createReferences(10, memory);
  expect(next.localOf(reference)).toBeUndefined();
  expect(next.originOf(reference)).toBe('sub { 1 }');
  expect(next.globalOf(7, 'sub { 1 }')).toBe(reference);
  expect(next.localOf(reference)).toBe(7);
});

test('what another program left under that name is no code', () => {
  const ledger = createMemoryLedger();
  ledger.remember('perl.codes', [1, 'sub { 2 }', null]);
  expect(codesIn(ledger).recall()).toEqual(['sub { 2 }']);
  ledger.remember('perl.codes', 'text');
  expect(codesIn(ledger).recall()).toEqual([]);
});
