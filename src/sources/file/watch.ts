import { watch, type FSWatcher } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from './permission.ts';

/** What the kernel tells about changes; never complete, so a poll stands beside it. */
export interface Watch {
  /** Watches exactly these directories and files from now on; true if one of them was not watched before. */
  set(paths: Iterable<string>): Promise<boolean>;
  /** False when changes may go unnoticed for long: a network file system, or a limit of the kernel. */
  readonly reliable: boolean;
  close(): void;
}

export interface WatchPorts {
  /** Something happened to `path`; `moved`: it may have appeared or disappeared. */
  changed(path: string, moved: boolean): void;
  /** The kernel refuses more watches; told once. */
  limited(code: string): void;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly ino: number;
}

export function createWatch(ports: WatchPorts): Watch {
  const watched = new Map<string, Watched>();
  const remote = new Set<string>();
  let limited = false;

  const drop = (path: string): void => {
    watched.get(path)?.watcher.close();
    watched.delete(path);
    remote.delete(path);
  };

  const add = async (path: string): Promise<boolean> => {
    const stats = await stat(path).catch(() => undefined);
    const before = watched.get(path);
    if (before !== undefined && before.ino === stats?.ino) return false;
    drop(path);
    if (stats === undefined) return false;
    if (await isRemote(path)) remote.add(path);
    try {
      const watcher = watch(path, { persistent: false });
      watcher.on('change', (event, name) => {
        // What happens to a directory itself comes under its own last name.
        const itself = !stats.isDirectory() || name === null || String(name) === basename(path);
        if (itself) ports.changed(path, event === 'rename');
        if (stats.isDirectory() && name !== null) ports.changed(join(path, String(name)), event === 'rename');
      });
      watcher.on('error', () => drop(path));
      watched.set(path, { watcher, ino: stats.ino });
      return true;
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (!limited && limits.has(code)) ports.limited(code);
      limited ||= limits.has(code);
      return false;
    }
  };

  return {
    async set(paths) {
      const wanted = new Set(paths);
      for (const path of watched.keys()) if (!wanted.has(path)) drop(path);
      let added = false;
      for (const path of wanted) added = (await add(path)) || added;
      return added;
    },
    get reliable() {
      return !limited && remote.size === 0;
    },
    close() {
      for (const path of watched.keys()) drop(path);
    },
  };
}

const limits: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE']);

/** File systems (statfs(2), `f_type`) on which another machine can write without our kernel knowing. */
const remoteTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x00c36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x73757245, 'coda'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0x0bd00bd0, 'lustre'],
  [0x786f4256, 'vboxsf'],
  [0xbacbacbc, 'vmhgfs'],
  [0x47504653, 'gpfs'],
  [0x19830326, 'beegfs'],
]);

async function isRemote(path: string): Promise<boolean> {
  const found = await statfs(path).catch(() => undefined);
  return found !== undefined && remoteTypes.has(found.type >>> 0);
}
