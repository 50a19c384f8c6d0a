import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { safeLine } from '../../kit/terminal.ts';
import type { ProbeResult } from '../contract.ts';
import { codeOf } from '../private-file.ts';

/** Where the system looks when there is no PATH. */
const usualPath = '/usr/bin:/bin';

/** Whether a program could be run, found as a command is: by its path, from `/` on, or in the folders of PATH. Runs nothing. */
export async function findProgram(program: string, path = usualPath): Promise<ProbeResult> {
  const folders = program.includes('/') ? ['/'] : path.split(':');
  const objections: string[] = [];
  for (const place of folders.map((folder) => resolve('/', folder, program))) {
    const objection = await objectionTo(place);
    if (objection === undefined) return { ok: true, detail: `${safeLine(place)} can be run` };
    if (objection !== 'ENOENT') objections.push(`${safeLine(place)} cannot be run (${objection})`);
  }
  const [first = `there is no program ${safeLine(program)}${program.includes('/') ? '' : ' on the PATH'}`] =
    objections;
  return { ok: false, detail: first };
}

async function objectionTo(place: string): Promise<string | undefined> {
  try {
    if (!(await stat(place)).isFile()) return 'not a file';
    await access(place, constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
