import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { codeOf } from '../sources/file/permission.ts';
import { hasName } from '../sources/has-name.ts';
import type { ConfigPorts, FileText } from './files.ts';

/** The disk. */
export const nodeFiles: ConfigPorts = {
  read: (path) => readText(path, 'utf8'),
  bytes: (path) => readText(path, 'latin1'),
  glob: async (pattern) => {
    const { createGlob, hasWildcard, unescapePath } = await import('../sources/file/glob.ts');
    return hasWildcard(pattern) ? (await createGlob(pattern).expand()).files : [unescapePath(pattern)];
  },
  list: async (path) => {
    try {
      return await readdir(path);
    } catch {
      // Not a folder, or not there: reading it as a file will say which.
      return undefined;
    }
  },
  // Cryptography, which comes with it, is loaded for those who have secrets.
  secret: async (path) => (await import('../channels/secret-file.ts')).readSecret(path),
};

/** A FIFO or a device may give nothing for ever, or no end: only files are read, and what a shell's `<(command)` gives. */
async function readText(path: string, encoding: 'utf8' | 'latin1'): Promise<FileText> {
  let file: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a FIFO waits for a writer otherwise.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (stat.isFile()) return { ok: true, text: await file.readFile(encoding) };
    if (stat.isFIFO() && !hasName(path)) return { ok: true, text: await readFile(path, encoding) };
    return stat.isDirectory() ? refusal('EISDIR') : noFile;
  } catch (error) {
    return refusal(codeOf(error) ?? 'unknown error');
  } finally {
    await file?.close();
  }
}

const noFile: FileText = {
  ok: false,
  detail: 'is not a regular file',
  hint: 'a FIFO, a socket or a device is not read as a configuration: write its text into a file',
};

/** `ENXIO`: a socket, or a device that is not there. */
const refusal = (code: string): FileText =>
  code === 'ENXIO' ? noFile : { ok: false, detail: reasons[code] ?? `could not be read (${code})` };

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a folder',
};
