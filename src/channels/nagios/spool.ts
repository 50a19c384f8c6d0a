import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, open, opendir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Delivery } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';
import { codeOf } from '../private-file.ts';
import { type CheckResult, escapeOutput, fitOutput, hostStateOf } from './check-result.ts';
import { away, forbidden, ownershipObjection, type Refusal, refusalOf } from './place.ts';

/** The folder of check result files (`check_result_path`), and how full it may become. */
export interface Spool {
  readonly path: string;
  readonly maxWaiting: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Most bytes of output; Nagios Core keeps 8 KiB. */
const longestOutput = 4096;

/**
 * A check result file as Nagios Core reads it (process_check_result_file in base/utils.c). Names cannot
 * hold a newline and the output is escaped, so that no text can begin a member of its own.
 */
export function spoolText({ host, service, code, output }: CheckResult, at: Instant): string {
  const seconds = Math.floor(at / 1000);
  const time = `${seconds}.${String((at % 1000) * 1000).padStart(6, '0')}`;
  const members = [
    `file_time=${seconds}`,
    '',
    `host_name=${host}`,
    ...(service === undefined ? [] : [`service_description=${service}`]),
    'check_type=1',
    'check_options=0',
    'scheduled_check=0',
    'latency=0',
    `start_time=${time}`,
    `finish_time=${time}`,
    'early_timeout=0',
    'exited_ok=1',
    `return_code=${service === undefined ? hostStateOf(code) : code}`,
    `output=${escapeOutput(fitOutput(output, longestOutput))}`,
  ];
  return `${members.join('\n')}\n`;
}

/**
 * Leaves a check result for Nagios: the file, then the empty `.ok` beside it, without which Nagios does
 * not look at the file. Never rejects.
 */
export async function writeSpoolFile(spool: Spool, text: string): Promise<Delivery> {
  const ready = await openSpool(spool);
  if ('type' in ready) return ready;
  const path = join(ready.path, nameFrom(spool.randomBytes(6)));
  try {
    await writeNew(path, text, ready.stats);
  } catch (error) {
    // Without the second file the first counts for nothing.
    if (codeOf(error) !== 'EEXIST') await rm(path, { force: true }).catch(() => undefined);
    return refusalOf(spool.path, codeOf(error));
  }
  try {
    await writeNew(`${path}.ok`, '', ready.stats);
    return { type: 'sent', receipt: 'left in the spool' };
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    return refusalOf(spool.path, codeOf(error));
  }
}

/** Whether a file could be left now; leaves none. */
export async function probeSpool(spool: Spool): Promise<Refusal | undefined> {
  const ready = await openSpool(spool);
  return 'type' in ready ? ready : undefined;
}

interface Ready {
  readonly path: string;
  readonly stats: Stats;
}

async function openSpool(spool: Spool): Promise<Ready | Refusal> {
  try {
    const path = await realpath(spool.path);
    const stats = await stat(path);
    if (!stats.isDirectory()) return away(`${spool.path} is not a folder`);
    await access(path, constants.W_OK | constants.X_OK);
    const objection = (stats.mode & 0o002) !== 0 ? 'can be written by everybody' : undefined;
    const whose = objection ?? ownershipObjection(stats, await stat(dirname(path)));
    if (whose !== undefined) return forbidden(`${spool.path} ${whose}`);
    if (!(await hasRoom(path, spool.maxWaiting)))
      return away(`${spool.maxWaiting} results wait in ${spool.path}: Nagios does not take them`);
    return { path, stats };
  } catch (error) {
    return refusalOf(spool.path, codeOf(error));
  }
}

async function hasRoom(path: string, most: number): Promise<boolean> {
  let waiting = 0;
  for await (const { name } of await opendir(path)) {
    if (/^c.{6}\.ok$/s.test(name)) waiting += 1;
    if (waiting >= most) return false;
  }
  return true;
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** `c` and six characters: Nagios passes over names of any other length. */
const nameFrom = (random: Uint8Array): string =>
  `c${Array.from(random, (byte) => letters[byte % letters.length]).join('')}`;

async function writeNew(path: string, text: string, around: Stats): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(text);
    await giveTo(file, around);
  } finally {
    await file.close();
  }
}

/** Nagios reads the file by owning it or by the folder's group; nobody else needs to. */
async function giveTo(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  const me = process.geteuid?.() ?? -1;
  if (me === 0) return file.chown(uid, gid);
  if (me === uid) return;
  const own = await file.stat();
  // A folder with the setgid bit has done so already.
  if (own.gid !== gid) await file.chown(me, gid);
  await file.chmod(0o640);
}
