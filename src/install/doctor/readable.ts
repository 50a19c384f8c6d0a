import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Accounts, UserAccount } from '../accounts.ts';
import { bad, fine, note, type Finding } from './finding.ts';

/** Whose eyes it is looked with; `isSelf`: this process is that user. */
export interface Reader {
  readonly user: UserAccount;
  readonly isSelf: boolean;
}

/** Whether a log can be read by the user that the daemon runs as, and what would help where it cannot. */
export function checkLog(path: string, { user, isSelf }: Reader, accounts: Accounts): Finding {
  const check = 'log';
  if (isSelf) {
    const code = codeOfAccess(path);
    if (code === undefined) return fine(check, `${path} can be read`);
    if (code === 'ENOENT') return missing(path);
  }
  const obstacle = obstacleTo(path, user);
  if (obstacle === undefined) return fine(check, `${path} can be read by ${user.name}`);
  if (obstacle === 'missing') return missing(path);
  const { stats, wanted } = obstacle;
  const group = accounts.groupName(stats.gid);
  const asGroup = (stats.mode >> 3) & wanted;
  const todo =
    asGroup === wanted && group !== undefined && group !== 'root'
      ? `usermod --append --groups ${group} ${user.name}, then start the daemon anew`
      : `setfacl -m u:${user.name}:${wanted === 4 ? 'r' : 'x'} '${obstacle.path}', and for what is made anew there setfacl -d`;
  return bad(check, `${path} cannot be read by ${user.name}: ${whose(obstacle, group)}`, todo);
}

/** Whether a file of the configuration can be read by the user that the daemon runs as. */
export function checkShared(path: string, { user, isSelf }: Reader, accounts: Accounts): Finding | undefined {
  const obstacle = isSelf ? undefined : obstacleTo(path, user);
  if (obstacle === undefined || obstacle === 'missing') return undefined;
  const { stats, wanted, path: place } = obstacle;
  const todo = `chgrp ${user.name} ${place}; chmod g+${wanted === 4 ? 'r' : 'x'} ${place}`;
  const why = whose(obstacle, accounts.groupName(stats.gid));
  return bad('config', `${path} cannot be read by ${user.name}: ${why}`, todo);
}

/** Whether a file that holds a secret is one that the user that the daemon runs as takes: its own, and in reach. */
export function checkSecretFile(path: string, { user, isSelf }: Reader, state: string): Finding | undefined {
  const obstacle = isSelf ? undefined : obstacleTo(path, user);
  if (isSelf || obstacle === 'missing') return undefined;
  if (obstacle === undefined && lstatSync(path, { throwIfNoEntry: false })?.uid === user.uid)
    return undefined;
  const folder = `${state}/secrets`;
  const owner = `${user.name} -g ${user.name}`;
  return bad(
    'secret',
    `${path} is not ${user.name}'s to read, or not its own`,
    `install -d -o ${owner} -m 700 ${folder}; install -o ${owner} -m 600 ${path} ${folder}, and name it there`,
  );
}

const missing = (path: string): Finding =>
  note('log', `${path} is not there`, 'it is read as soon as it appears; compare the path if it never does');

interface Obstacle {
  readonly path: string;
  readonly stats: { readonly mode: number; readonly uid: number; readonly gid: number };
  /** 4: it must be read; 1: passed through. */
  readonly wanted: 4 | 1;
}

const whose = ({ path, stats }: Obstacle, group: string | undefined): string =>
  `${path} has mode ${(stats.mode & 0o7777).toString(8).padStart(4, '0')} and the group ${group ?? stats.gid}`;

/** The first thing on the way to a file that a user's permissions do not suffice for. Access lists are not seen. */
function obstacleTo(path: string, user: UserAccount): Obstacle | 'missing' | undefined {
  const way = [path];
  for (let folder = dirname(path); way[0] !== folder; folder = dirname(folder)) way.unshift(folder);
  for (const each of way) {
    const wanted = each === path ? 4 : 1;
    try {
      const stats = statSync(each);
      if (!isPermitted(stats, user, wanted)) return { path: each, stats, wanted };
    } catch {
      return 'missing';
    }
  }
  return undefined;
}

/** The permission bits as the kernel reads them (path_resolution(7)). */
function isPermitted({ mode, uid, gid }: Obstacle['stats'], user: UserAccount, wanted: number): boolean {
  if (user.uid === 0) return true;
  if (user.uid === uid) return ((mode >> 6) & wanted) === wanted;
  if (user.groups.includes(gid)) return ((mode >> 3) & wanted) === wanted;
  return (mode & wanted) === wanted;
}

function codeOfAccess(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'EACCES';
  }
}

/** Whether a file or folder that matters is closed to others as it must be. */
export function checkPrivate(
  check: string,
  path: string,
  forbidden: number,
  todo: string,
): Finding | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || (stats.mode & forbidden) === 0) return undefined;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  return bad(check, `${path} has mode ${mode}`, `${todo} ${path}`);
}
