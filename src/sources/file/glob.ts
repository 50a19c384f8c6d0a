import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { codeOf } from './permission.ts';

/** A path with wildcards, ready to be walked. Wildcards never match a leading dot. */
export interface Glob {
  readonly pattern: string;
  /** The deepest directory without wildcards. */
  readonly root: string;
  matches(path: string): boolean;
  /** Whether something below `path` may match. */
  leadsThrough(path: string): boolean;
  /** Walks the directories. */
  expand(): Promise<Expansion>;
}

/** A limit of walking that was reached. */
export type Beyond = 'files' | 'directories' | 'depth';

export interface Expansion {
  /** Regular files and links to such, sorted. */
  readonly files: readonly string[];
  /** Directories looked into: a change in one of them can change the answer. */
  readonly directories: readonly string[];
  /** A directory that could not be read. */
  readonly failure?: { readonly path: string; readonly error: unknown };
  /** What there is more of than is looked at. */
  readonly beyond?: Beyond;
}

const fileLimit = 4096;
const directoryLimit = 1024;
const depthLimit = 32;

/** What is not read beyond a limit, for a human. */
export const beyondWords: { readonly [beyond in Beyond]: string } = {
  files: `matches more than ${fileLimit} files; the others are not read`,
  directories: `leads through more than ${directoryLimit} directories; what lies in the others is not read`,
  depth: `leads more than ${depthLimit} directories deep; what lies deeper is not read`,
};

/** Whether a path in a configuration is a glob; a backslash takes a wildcard's meaning away. */
export const hasWildcard = (path: string): boolean => /(?<!\\)(?:\\\\)*[*?[]/.test(path);

/** A path without wildcards, with its backslashes taken away. */
export const unescapePath = (path: string): string => path.replaceAll(/\\(.)/g, '$1');

/** `*` and `?` stay within a name, `[a-z]` and `[!a-z]` are one character, `**` is any number of directories. */
export function createGlob(pattern: string): Glob {
  const parts = resolve(pattern).split(sep).slice(1);
  const fixed = parts.findIndex((part) => hasWildcard(part));
  const root = sep + parts.slice(0, fixed).map(unescapePath).join(sep);
  const segments = parts.slice(fixed).map((part) => (part === '**' ? '**' : segmentPattern(part)));
  const prefix = root === sep ? sep : root + sep;
  const below = (path: string): string[] | undefined =>
    path.startsWith(prefix) ? path.slice(prefix.length).split(sep) : undefined;
  return {
    pattern,
    root,
    matches(path) {
      const names = below(path);
      return names !== undefined && fits(names, segments);
    },
    leadsThrough(path) {
      const names = below(path);
      return names === undefined ? isOnTheWay(path, root) : begins(names, segments);
    },
    expand: () => walk(root, segments),
  };
}

type Segment = RegExp | '**';

const visible = (name: string): boolean => !name.startsWith('.');

function fits(names: readonly string[], segments: readonly Segment[]): boolean {
  const [segment, ...rest] = segments;
  if (segment === undefined) return names.length === 0;
  const [name, ...others] = names;
  if (segment === '**')
    return fits(names, rest) || (name !== undefined && visible(name) && fits(others, segments));
  return name !== undefined && segment.test(name) && fits(others, rest);
}

/** Whether names may follow so that all of them fit. */
function begins(names: readonly string[], segments: readonly Segment[]): boolean {
  const [segment, ...rest] = segments;
  if (segment === undefined) return false;
  const [name, ...others] = names;
  if (name === undefined) return true;
  if (segment === '**') return begins(names, rest) || (visible(name) && begins(others, segments));
  return segment.test(name) && begins(others, rest);
}

/** Whether `path` is `end` or a directory above it. */
export const isOnTheWay = (path: string, end: string): boolean =>
  path === end || end.startsWith(path === sep ? sep : path + sep);

function segmentPattern(part: string): RegExp {
  const source = part.replaceAll(
    /\\(.)|\[([!^]?)((?:\\.|[^\]\\])(?:\\.|[^\]\\])*)\]|(\*+)|(\?)|([\s\S])/g,
    (_, escaped?: string, negated?: string, set?: string, stars?: string, one?: string, other?: string) => {
      if (set !== undefined) return `[${negated ? '^' : ''}${set.replaceAll(/[[^]/g, String.raw`\$&`)}]`;
      if (stars !== undefined) return '.*';
      if (one !== undefined) return '.';
      return (escaped ?? other ?? '').replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    },
  );
  const dot = /^\\?\./.test(part) ? '' : String.raw`(?!\.)`;
  try {
    return new RegExp(`^${dot}${source}$`, 's');
  } catch {
    // A range such as [z-a] matches nothing.
    return /^(?!)/;
  }
}

interface Walk {
  readonly files: Set<string>;
  readonly directories: Set<string>;
  failure?: { path: string; error: unknown };
  beyond?: Beyond;
}

async function walk(root: string, segments: readonly Segment[]): Promise<Expansion> {
  const found: Walk = { files: new Set(), directories: new Set() };
  await visit(root, segments, 0, found);
  return { ...found, files: [...found.files].toSorted(), directories: [...found.directories] };
}

async function visit(
  directory: string,
  segments: readonly Segment[],
  depth: number,
  found: Walk,
): Promise<void> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  const beyond =
    depth > depthLimit ? 'depth' : found.directories.size >= directoryLimit ? 'directories' : undefined;
  if (beyond !== undefined) {
    found.beyond ??= beyond;
    return;
  }
  if (segment === '**') await visit(directory, rest, depth, found);
  const entries = await entriesOf(directory, found);
  if (entries === undefined) return;
  found.directories.add(directory);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const fitting = segment === '**' ? visible(entry.name) : segment.test(entry.name);
    if (!fitting) continue;
    if (segment === '**') {
      // Links to directories are not followed here: they may lead in circles.
      if (entry.isDirectory()) await visit(path, segments, depth + 1, found);
    } else if (rest.length > 0) {
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await kindOf(path)) === 'directory')) {
        await visit(path, rest, depth + 1, found);
      }
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await kindOf(path)) === 'file'))
      addFile(path, found);
  }
}

async function entriesOf(directory: string, found: Walk): Promise<Dirent[] | undefined> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR')
      found.failure ??= { path: directory, error };
    return undefined;
  }
}

function addFile(path: string, found: Walk): void {
  if (found.files.size >= fileLimit) found.beyond ??= 'files';
  else found.files.add(path);
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'directory' : undefined;
}

/** The nearest directory above that exists (or the path itself): where a missing one would appear. */
export async function nearestDirectory(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const stats = await stat(at).catch(() => undefined);
    if (stats?.isDirectory() === true || at === dirname(at)) return at;
  }
}
