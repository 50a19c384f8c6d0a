import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The name of the system user, and of its group. */
export const systemUser = 'bird-sentinel';

/** A user of a machine, with all groups. */
export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The users and groups of `/etc/passwd` and `/etc/group` below `root`. */
export interface Accounts {
  user(name: string): UserAccount | undefined;
  groupName(gid: number): string | undefined;
  groupId(name: string): number | undefined;
}

/** Reads them (passwd(5), group(5)); lines that are no entries are left out. */
export function readAccounts(root = '/'): Accounts {
  const users = fieldsOf(join(root, 'etc/passwd')).map(([name = '', , uid, gid]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
  }));
  const groups = fieldsOf(join(root, 'etc/group')).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(','),
  }));
  return {
    user(name) {
      const found = users.find((user) => user.name === name);
      if (found === undefined) return undefined;
      const further = groups.filter(({ members }) => members.includes(name)).map(({ gid }) => gid);
      return { ...found, groups: [...new Set([found.gid, ...further])] };
    },
    groupName: (gid) => groups.find((group) => group.gid === gid)?.name,
    groupId: (name) => groups.find((group) => group.name === name)?.gid,
  };
}

function fieldsOf(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((fields) => fields.length >= 4);
  } catch {
    // A machine without the file knows nobody.
    return [];
  }
}
