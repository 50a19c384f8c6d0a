import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../../channels/private-file.ts';
import { readAccounts, systemUser } from '../accounts.ts';
import type { Action, Owner } from './plan.ts';

/** `unchanged`: it was so already. */
export type Done =
  | { readonly type: 'done' | 'unchanged'; readonly text: string }
  | { readonly type: 'failed'; readonly text: string };

/** Does one thing below `root`, unless it is done. Never rejects. */
export function carryOut(action: Action, root: string): Done {
  try {
    switch (action.type) {
      case 'write':
        return writeFile(action, root);
      case 'account':
        return makeUser(action, root);
      case 'folder':
        return makeDirectory(action, root);
      case 'run':
        return runCommand(action.argv);
    }
  } catch (error) {
    const what =
      action.type === 'account' ? systemUser : action.type === 'run' ? action.argv[0] : action.path;
    return { type: 'failed', text: `${what}: ${codeOf(error)}` };
  }
}

/** Deletes the file of an action; other actions leave something behind that is not taken back. */
export function takeBack(action: Action, root: string): Done | undefined {
  if (action.type !== 'write') return undefined;
  const path = join(root, action.path);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    rmSync(path);
    return { type: 'done', text: `deleted ${path}` };
  } catch (error) {
    return { type: 'failed', text: `${path}: ${codeOf(error)}` };
  }
}

type Of<Type extends Action['type']> = Extract<Action, { readonly type: Type }>;

/** Somebody's changes are kept beside it. */
function writeFile({ path, mode, text }: Of<'write'>, root: string): Done {
  const place = join(root, path);
  const before = existsSync(place) ? readFileSync(place, 'utf8') : undefined;
  if (before === text) {
    chmodSync(place, mode);
    return { type: 'unchanged', text: place };
  }
  mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
  const kept = before === undefined ? undefined : freeBeside(place);
  if (kept !== undefined) renameSync(place, kept);
  writeFileSync(place, text, { flag: 'wx', mode });
  chmodSync(place, mode);
  return {
    type: 'done',
    text: `wrote ${place}${kept === undefined ? '' : `; what was there is ${kept}`}`,
  };
}

/**
 * A name beside a file that is not taken, so that what was kept before stays. It ends with `~`: logrotate takes
 * any other unknown ending for one more of its files, and fails for the whole machine over logs named twice.
 */
function freeBeside(place: string): string {
  let count = 1;
  while (lstatSync(`${place}.~${count}~`, { throwIfNoEntry: false }) !== undefined) count += 1;
  return `${place}.~${count}~`;
}

function makeDirectory({ path, mode, owner }: Of<'folder'>, root: string): Done {
  const place = join(root, path);
  const { uid, gid } = idsOf(owner, root);
  const before = lstatSync(place, { throwIfNoEntry: false });
  if (before !== undefined && !before.isDirectory())
    return { type: 'failed', text: `${place} is not a directory` };
  const isSo =
    before !== undefined && before.uid === uid && before.gid === gid && (before.mode & 0o7777) === mode;
  if (before === undefined) {
    mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
    mkdirSync(place, { mode });
  }
  // What root made here before there was the user must be that user's too.
  if (owner === 'service' && before !== undefined && before.uid !== uid) handOverAll(place, uid, gid);
  if (owner === 'shared') for (const name of readdirSync(place)) share(join(place, name), gid);
  chmodSync(place, mode);
  chownSync(place, uid, gid);
  const text = `${place} ${mode.toString(8).padStart(4, '0')}, ${owner === 'service' ? systemUser : 'root'}`;
  return { type: isSo ? 'unchanged' : 'done', text };
}

/** Lets the service read a configuration that root wrote before there was its group. */
function share(path: string, gid: number): void {
  const stats = lstatSync(path);
  if (!path.endsWith('.yaml') || !stats.isFile() || stats.uid !== 0 || stats.gid === gid) return;
  chownSync(path, stats.uid, gid);
  chmodSync(path, (stats.mode & 0o7777) | 0o040);
}

/** Links are handed over as links: what they point to is not touched. */
function handOverAll(folder: string, uid: number, gid: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    lchownSync(path, uid, gid);
    if (entry.isDirectory()) handOverAll(path, uid, gid);
  }
}

function idsOf(owner: Owner, root: string): { readonly uid: number; readonly gid: number } {
  const user = owner === 'root' ? undefined : readAccounts(root).user(systemUser);
  if (user === undefined) return { uid: 0, gid: 0 };
  return { uid: owner === 'service' ? user.uid : 0, gid: user.gid };
}

function makeUser({ home, groups }: Of<'account'>, root: string): Done {
  const accounts = readAccounts(root);
  const user = accounts.user(systemUser);
  const known = groups.filter((name) => accounts.groupId(name) !== undefined);
  const missing = known.filter((name) => user?.groups.includes(accounts.groupId(name) ?? -1) !== true);
  const text = `user ${systemUser} without a shell, in the groups ${known.join(' ')}`;
  if (user !== undefined && missing.length === 0) return { type: 'unchanged', text };
  const prefix = root === '/' ? [] : ['--prefix', root];
  const making =
    user === undefined
      ? [
          'useradd',
          ...prefix,
          '--system',
          '--user-group',
          '--no-create-home',
          '--home-dir',
          home,
          '--shell',
          '/usr/sbin/nologin',
          systemUser,
        ]
      : undefined;
  const joining =
    missing.length === 0
      ? undefined
      : ['usermod', ...prefix, '--append', '--groups', missing.join(','), systemUser];
  for (const argv of [making, joining]) {
    const done = argv === undefined ? undefined : runCommand(argv);
    if (done?.type === 'failed') return done;
  }
  return { type: 'done', text };
}

function runCommand(argv: readonly string[]): Done {
  const [program = '', ...args] = argv;
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  const text = argv.join(' ');
  if (status === 0) return { type: 'done', text };
  return {
    type: 'failed',
    text: `${text}: ${error === undefined ? stderr.trim() || `exit ${status}` : codeOf(error)}`,
  };
}
