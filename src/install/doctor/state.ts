import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../channels/private-file.ts';
import { judgeStateDirectory } from '../../store/directory.ts';
import { loadSqlite } from '../../store/sqlite/driver.ts';
import type { UserAccount } from '../accounts.ts';
import { bad, fine, note, type Finding } from './finding.ts';
import { checkPrivate } from './readable.ts';

/** Whether the state directory is there, is the daemon's own and shows nobody else what it holds. */
export function checkState(directory: string, user: UserAccount): readonly Finding[] {
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  if (stats === undefined) return [fine('state', `${directory} is made at the first start`)];
  const failure = judgeStateDirectory(directory);
  if (failure !== undefined)
    return [bad('state', failure.detail, `chmod 700 ${directory}; chown -R ${user.name}: ${directory}`)];
  const names = namesIn(directory);
  const foreign = [directory, ...names].filter((path) => ownerOf(path) !== user.uid);
  const findings = names.flatMap((path) => checkPrivate('state', path, 0o077, 'chmod go=') ?? []);
  if (foreign.length > 0)
    findings.push(
      bad(
        'state',
        `${foreign.join(' ')} does not belong to ${user.name}`,
        `chown -R ${user.name}: ${directory}`,
      ),
    );
  return findings.length > 0 ? findings : [fine('state', `${directory} is private to ${user.name}`)];
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    // Judged before: it is a directory; whoever may not list it is told so by the ledger.
    return [];
  }
}

/** Undefined when it is gone by now. */
const ownerOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.uid;

/** Whether the configuration's files can be changed by nobody but their owner and root. */
export function checkConfigFiles(files: readonly string[]): readonly Finding[] {
  return files.flatMap((path) => checkPrivate('config', path, 0o022, 'chmod go-w') ?? []);
}

/** Whether SQLite is there and works. */
export async function checkSqlite(): Promise<Finding> {
  const sqlite = await loadSqlite();
  if (!sqlite.ok)
    return bad('sqlite', sqlite.detail, 'npm install --global @photostructure/sqlite, or Node 24');
  try {
    const database = sqlite.open(':memory:', { readOnly: false, busyMs: 0 });
    database.exec('CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1)');
    database.close();
    return fine('sqlite', 'works');
  } catch (error) {
    return bad(
      'sqlite',
      `does not work (${codeOf(error)})`,
      'install @photostructure/sqlite anew, for this Node',
    );
  }
}

/** What is said of a daemon that does not run. */
export const daemonless = (isInstalled: boolean): Finding =>
  note(
    'daemon',
    'none runs',
    isInstalled ? 'systemctl enable --now bird-sentinel' : 'bird-sentinel setup, or bird-sentinel run',
  );
