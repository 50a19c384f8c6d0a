import { readdirSync, readlinkSync, statfsSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../channels/private-file.ts';
import { bad, fine, note, type Bedside, type Finding } from './finding.ts';

/** Whether this Node can run the program: `wanted` as in package.json, `>=20.19`. */
export function checkNode(version: string, wanted: string): Finding {
  const parts = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).map(Number);
  const [major = 0, minor = 0] = parts(version);
  const [least = 0, leastMinor = 0] = parts(wanted);
  const isEnough = major > least || (major === least && minor >= leastMinor);
  return isEnough
    ? fine('node', `version ${version}`)
    : bad(
        'node',
        `version ${version}; ${wanted} is needed`,
        'install a newer one: https://nodejs.org/en/download',
      );
}

const mebibyte = 1024 * 1024;
/** Less than this and the ledger soon cannot be written. */
const leastFree = 64 * mebibyte;

/** Whether there is room for the ledger; `limit`: bytes that it may grow to, if that is known. */
export function checkDisk(directory: string, limit: number | undefined): Finding {
  try {
    const place = firstThatIs(directory);
    const { bavail, bsize, ffree, files } = statfsSync(place);
    const free = bavail * bsize;
    const size = `${Math.round(free / mebibyte)} MiB are free at ${place}`;
    if (files > 0 && ffree < 100)
      return bad('disk', `${ffree} inodes are free at ${place}`, 'delete small files there');
    if (free < leastFree) return bad('disk', size, 'make room, or move the state directory with --state');
    if (limit !== undefined && free < limit)
      return note(
        'disk',
        `${size}; the ledger may grow to ${Math.round(limit / mebibyte)}`,
        'set limits.ledger lower',
      );
    return fine('disk', size);
  } catch (error) {
    return bad('disk', `${directory} cannot be looked at (${codeOf(error)})`, 'compare --state');
  }
}

function firstThatIs(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    try {
      statfsSync(at);
      return at;
    } catch (error) {
      if (dirname(at) === at || codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Whether files can be watched; `uid`: the user whose instances count. */
export async function checkInotify({ read }: Bedside, uid: number): Promise<Finding> {
  const limitOf = (name: string): number => Number(read(`/proc/sys/fs/inotify/${name}`) ?? Number.NaN);
  const instances = limitOf('max_user_instances');
  const watches = limitOf('max_user_watches');
  const todo =
    'sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288, and the same in /etc/sysctl.d';
  const refused = await whyNoWatch();
  if (refused !== undefined)
    return bad('inotify', `files cannot be watched (${refused}): new lines are seen late`, todo);
  const used = instancesOf(uid);
  const text = `${used} of ${instances} instances are used, ${watches} watches allowed`;
  return used > instances * 0.9 || watches < 1000 ? note('inotify', text, todo) : fine('inotify', text);
}

function whyNoWatch(): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      const watcher = watch('/', { persistent: false });
      watcher.once('error', (error) => resolve(codeOf(error)));
      // Node reports limits of inotify at once, by throwing or in the next turn.
      setImmediate(() => {
        watcher.close();
        resolve(undefined);
      });
    } catch (error) {
      resolve(codeOf(error));
    }
  });
}

/** Open descriptors of inotify, of the processes that may be looked into. */
function instancesOf(uid: number): number {
  const linksOf = (folder: string): readonly string[] => {
    try {
      return readdirSync(folder).map((name) => linkOf(`${folder}/${name}`));
    } catch {
      return [];
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isOf(uid, name))
    .flatMap((pid) => linksOf(`/proc/${pid}/fd`))
    .filter((link) => link === 'anon_inode:inotify').length;
}

function isOf(uid: number, pid: string): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === uid;
  } catch {
    // It ended meanwhile.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
