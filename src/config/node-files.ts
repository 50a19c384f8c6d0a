import { readdir, readFile } from 'node:fs/promises';
import { codeOf } from '../sources/file/permission.ts';
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

async function readText(path: string, encoding: 'utf8' | 'latin1'): Promise<FileText> {
  try {
    return { ok: true, text: await readFile(path, encoding) };
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error';
    return { ok: false, detail: reasons[code] ?? `could not be read (${code})` };
  }
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a folder',
};
