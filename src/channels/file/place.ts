import { lstat, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, sep } from 'node:path';
import { codeOf } from '../private-file.ts';

/** Where a path leads without passing anything that a stranger put there, or why it is not followed. */
export type Place =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly code: string; readonly detail: string };

const mostLinks = 20;

/**
 * Follows a path part by part. A symbolic link counts only in a directory that nobody but root and this
 * user can write in; in a directory that everybody can write in (a sticky one, such as /tmp) every part
 * must belong to them. The last part need not exist.
 */
export async function findPlace(path: string): Promise<Place> {
  const parts = path.split(sep).filter((part) => part !== '');
  let at = parse(path).root;
  let links = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part === '.') continue;
    if (part === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, part);
    const step = await look(at, next);
    if (step.type === 'refused') return { ok: false, code: 'unsafe', detail: step.detail };
    if (step.type === 'failed' && !(step.code === 'ENOENT' && parts.length === 0))
      return { ok: false, code: step.code, detail: `${next} cannot be reached (${step.code})` };
    if (step.type !== 'link') {
      at = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) return { ok: false, code: 'ELOOP', detail: `${path} has too many symbolic links` };
    parts.unshift(...step.leadsTo.split(sep).filter((each) => each !== ''));
    if (isAbsolute(step.leadsTo)) at = parse(step.leadsTo).root;
  }
  return { ok: true, path: at };
}

type Step =
  | { readonly type: 'plain' }
  | { readonly type: 'link'; readonly leadsTo: string }
  | { readonly type: 'refused'; readonly detail: string }
  | { readonly type: 'failed'; readonly code: string };

async function look(directory: string, path: string): Promise<Step> {
  try {
    const around = await lstat(directory);
    const forAll = (around.mode & 0o002) !== 0;
    if (forAll && (around.mode & 0o1000) === 0)
      return refused(`${directory} can be written by everybody and is not sticky`);
    const found = await lstat(path);
    if (found.isSymbolicLink() && (!isOurs(around.uid) || (around.mode & 0o022) !== 0))
      return refused(`${path} is a symbolic link in a directory that others can write in`);
    if (forAll && !isOurs(found.uid)) return refused(`${path} belongs to another user`);
    return found.isSymbolicLink() ? { type: 'link', leadsTo: await readlink(path) } : { type: 'plain' };
  } catch (error) {
    return { type: 'failed', code: codeOf(error) };
  }
}

const refused = (detail: string): Step => ({ type: 'refused', detail });

const isOurs = (uid: number): boolean => uid === 0 || uid === process.geteuid?.();
