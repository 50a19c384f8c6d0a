import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { factsOf, type FileFacts } from './identity.ts';
import { isCompressed } from './reader.ts';

/** A file that a rotation may have made of another one. */
export interface Sibling {
  readonly path: string;
  readonly facts: FileFacts;
  /**
   * What stands before a short number inside of its name (`app.1.log`, `app-1.log`): that alone does not tell a
   * rotated file from one that is written beside it.
   */
  readonly infix?: string;
}

/** Most files looked at in one directory. */
const siblingLimit = 1000;

/** Times closer than this may be one tick of the file system's clock: names decide. */
export const tickMs = 20;

const packed = String.raw`(?:\.(?:gz|bz2|xz|zst|lz4|Z))?`;
const appended = new RegExp(String.raw`^[-._~](?:\d[\dTZ:._-]*|old|bak|orig|prev|save|backup)${packed}$`);
const inserted = new RegExp(String.raw`^[-._]\d[\dTZ:._-]*$`);

/**
 * Whether `name` is what a rotation calls an older `base`: `app.log.1`, `app.log-20260101.gz`,
 * `app.log.old`, and, where the number is a date or the file is compressed, `app-20260101.log`, `app.2.log.gz`.
 */
export function isRotatedName(name: string, base: string): boolean {
  return name !== base && name.startsWith(base)
    ? appended.test(name.slice(base.length))
    : (numberInside(name, base)?.digits ?? 0) >= (isCompressed(name) ? 1 : dateDigits);
}

/** Fewer are a number, which many programs count their files by. */
const dateDigits = 8;

function numberInside(
  name: string,
  base: string,
): { readonly sign: string; readonly digits: number } | undefined {
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  const plain = isCompressed(name) ? name.slice(0, -3) : name;
  if (extension === '' || stem === '' || !plain.startsWith(stem) || !plain.endsWith(extension))
    return undefined;
  const middle = inserted.exec(plain.slice(stem.length, plain.length - extension.length));
  return middle === null
    ? undefined
    : { sign: middle[0].charAt(0), digits: middle[0].replaceAll(/\D/g, '').length };
}

/** The names of which `name` may be a rotated form. */
export function rotationBases(name: string): string[] {
  const bases = new Set<string>();
  const plain = isCompressed(name) ? name.slice(0, -3) : name;
  const extension = extname(plain);
  for (let at = 1; at < name.length; at += 1) {
    if (!/[-._~]/.test(name.charAt(at))) continue;
    const stem = name.slice(0, at);
    for (const base of [stem, stem + extension]) if (isRotatedName(name, base)) bases.add(base);
  }
  return [...bases];
}

/** The directories where rotated forms of `path` lie, each with the name they derive from. */
export async function homesOf(
  path: string,
): Promise<readonly (readonly [directory: string, base: string])[]> {
  const real = await realpath(path).catch(() => path);
  const homes = [[dirname(path), basename(path)] as const];
  return real === path ? homes : [...homes, [dirname(real), basename(real)]];
}

/** The files beside `path` that a rotation may have made, newest first; without those being compressed just now. */
export async function rotatedSiblings(path: string): Promise<Sibling[]> {
  const found: Sibling[] = [];
  for (const [directory, base] of await homesOf(path)) {
    const names = await namesIn(directory);
    const known = new Set(names);
    const wanted = names.filter(
      (name) =>
        (isRotatedName(name, base) || numberInside(name, base) !== undefined) &&
        !(isCompressed(name) && known.has(name.slice(0, -3))),
    );
    found.push(...(await statAll(directory, base, wanted)));
  }
  return found.toSorted(newerFirst);
}

/** Rotations that follow each other faster than that many looks are not waited for. */
const mostLooks = 5;

/** Looks again as long as files were renamed, made or deleted beside `path` meanwhile. */
export async function whileStill<T>(path: string, look: () => Promise<T>): Promise<T> {
  let before = await namesAndFiles(path);
  for (let looks = 1; ; looks++) {
    const found = await look();
    const now = await namesAndFiles(path);
    if (now === before || looks === mostLooks) return found;
    before = now;
  }
}

async function namesAndFiles(path: string): Promise<string> {
  const siblings = await rotatedSiblings(path);
  return siblings.map((sibling) => `${sibling.facts.dev} ${sibling.facts.ino} ${sibling.path}`).join('\n');
}

/** The plain file with this inode beside `path`, under whatever name. */
export async function siblingWithInode(path: string, ino: string): Promise<Sibling | undefined> {
  for (const [directory, base] of await homesOf(path)) {
    const alike = (name: string): number => (name.startsWith(base) ? 0 : 1);
    const names = (await namesIn(directory)).toSorted((a, b) => alike(a) - alike(b));
    for (const name of names.slice(0, siblingLimit)) {
      const [sibling] = await statAll(directory, base, [name]);
      if (sibling?.facts.ino === ino) return sibling;
    }
  }
  return undefined;
}

async function statAll(directory: string, base: string, names: readonly string[]): Promise<Sibling[]> {
  const found: Sibling[] = [];
  for (const name of names.slice(0, siblingLimit)) {
    const path = join(directory, name);
    const facts = await stat(path, { bigint: true }).then(factsOf, () => undefined);
    if (facts?.regular === true) found.push(siblingOf(path, facts, base));
  }
  return found;
}

function siblingOf(path: string, facts: FileFacts, base: string): Sibling {
  const inside = numberInside(basename(path), base);
  return inside === undefined || isRotatedName(basename(path), base)
    ? { path, facts }
    : { path, facts, infix: inside.sign };
}

/** The file at `other` as one beside `path`. */
export async function siblingAt(path: string, other: string, facts: FileFacts): Promise<Sibling> {
  const home = (await homesOf(path)).find(([directory]) => directory === dirname(other));
  return home === undefined ? { path: other, facts } : siblingOf(other, facts, home[1]);
}

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

/** Sorts by age: by time; within one tick of the clock by name. */
export const newerFirst = (a: Sibling, b: Sibling): number => byTime(a, b) || byName(a.path, b.path);

/** 0 within one tick of the clock. */
export function byTime(a: Sibling, b: Sibling): number {
  const apart = b.facts.mtimeMs - a.facts.mtimeMs;
  return Math.abs(apart) > tickMs ? apart : 0;
}

/** `.1` is newer than `.2`, `-20260102` newer than `-20260101`. */
function byName(a: string, b: string): number {
  const [left, right] = [rotationNumber(a), rotationNumber(b)];
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
  const dates = left >= datesBegin || right >= datesBegin;
  return dates ? (right > left ? 1 : -1) : left - right;
}

const datesBegin = 100_000;

function rotationNumber(path: string): number | undefined {
  const digits = /[-._]([\d][\dTZ:_.-]*?)(?:\.gz)?(?:\.[a-z]+)?$/i
    .exec(basename(path))?.[1]
    ?.replaceAll(/\D/g, '');
  return digits === undefined ? undefined : Number(digits);
}
