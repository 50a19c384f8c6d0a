import { instant, type Instant } from '../../model/time.ts';
import { isRotatedName, rotationBases } from '../file/siblings.ts';
import { unpackedName } from './packing.ts';

/** What the name of a file says of its place among the rotations of one log. */
export interface RotationName {
  /** 0: the log itself, still written; else how many rotations ago, where the name counts them. */
  readonly age?: number;
  /** The digits of a date in the name. */
  readonly date?: string;
}

/** Whether `name` is a rotated form of `base`, packed or not. */
export const isRotationOf = (name: string, base: string): boolean => isRotatedName(unpackedName(name), base);

/** The log that a file is a rotated form of: the shortest name that fits; undefined: it is none. */
export function logOf(name: string): string | undefined {
  const plain = unpackedName(name);
  return rotationBases(plain).toSorted((a, b) => a.length - b.length)[0];
}

/** Reads `auth.log.3.gz`, `auth.log-20260101`, `app-20260101.log`, `auth.log.old`. */
export function rotationName(name: string, base: string): RotationName {
  const plain = unpackedName(name);
  if (plain === base) return { age: 0 };
  let same = 0;
  while (same < base.length && plain[same] === base[same]) same += 1;
  const digits = (/\d[\dTZ:._-]*/.exec(plain.slice(same))?.[0] ?? '').replaceAll(/\D/g, '');
  if (digits.length >= 8) return { date: digits };
  return { age: digits === '' ? 1 : Number(digits) };
}

/**
 * The end of what a dated file can hold: two days after its date begins, for a rotation may name the day
 * before or after, in any zone. Undefined: the name tells no date.
 */
export function datedUntil({ date = '' }: RotationName): Instant | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(date) ?? [];
  const begin = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(begin) || Number(year) < 1990 ? undefined : instant(begin + 2 * 86_400_000);
}

/** A file with what its name says and when it was last written. */
interface Placed {
  readonly path: string;
  readonly name: RotationName;
  readonly changedAt: Instant;
}

/** Oldest first: by their names where all count or all are dated, else by when they were last written. */
export function byAge<File extends Placed>(files: readonly File[]): readonly File[] {
  const rotated = files.filter(({ name }) => name.age !== 0);
  const current = files.filter(({ name }) => name.age === 0);
  return [...rotated.toSorted(comparison(rotated)), ...current];
}

function comparison(files: readonly Placed[]): (a: Placed, b: Placed) => number {
  const byPath = (a: Placed, b: Placed): number => (a.path < b.path ? -1 : Number(a.path > b.path));
  if (files.every(({ name }) => name.date !== undefined)) {
    return (a, b) => compareText(a.name.date ?? '', b.name.date ?? '') || byPath(a, b);
  }
  if (files.every(({ name }) => name.age !== undefined)) {
    return (a, b) => (b.name.age ?? 0) - (a.name.age ?? 0) || byPath(a, b);
  }
  return (a, b) => a.changedAt - b.changedAt || byPath(a, b);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
