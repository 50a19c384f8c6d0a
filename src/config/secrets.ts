import { isAbsolute } from 'node:path';
import type { SecretRead } from '../channels/secret-file.ts';
import { formatPath, type Locate, type Path } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ConfigPorts } from './files.ts';

/** Options whose value is the path of a file that holds a secret. */
const isSecretKey = (key: string): boolean =>
  /(?:^|-)(?:secret|token|password|key|url|topic|subscription)-file$/.test(key);

/**
 * Reads every file that the options of a channel name as holding a secret and throws the text away: a
 * wrong mode or a missing file is told when the configuration is loaded, not when the first alert is sent.
 */
export async function checkSecrets(
  { options, written }: { readonly options: unknown; readonly written: unknown },
  locate: Locate,
  ports: ConfigPorts,
): Promise<Diagnostic[]> {
  const asWritten = new Map(secretFiles(written).map(({ path, file }) => [formatPath(path), file]));
  const found = secretFiles(options).map(async ({ path, file }) => {
    const read = await ports.secret(file);
    const named = { path, written: asWritten.get(formatPath(path)) ?? file };
    return read.ok ? [] : [secretRefused(read, named, locate)];
  });
  return (await Promise.all(found)).flat();
}

/**
 * A file that should hold a secret and cannot be used. Where no such file is found, what was written for its
 * path may be the secret itself, and a text that does not even begin as a path is not repeated.
 */
export function secretRefused(
  { detail, seen }: Extract<SecretRead, { readonly ok: false }>,
  { path, written }: { readonly path: Path; readonly written: string },
  locate: Locate,
): Diagnostic {
  const isOpen = seen || isAbsolute(written);
  const usual = 'a secret lies in a file of this user with mode 0600';
  return {
    code: 'config.secret',
    severity: 'error',
    message: isOpen ? detail : `${String(path.at(-1))} names no file that can be read, and no absolute path`,
    ...locate(path),
    hint: isOpen
      ? usual
      : `${usual}, and its path stands here, not the secret; what stands here is not repeated, for it may be one`,
  };
}

/** The files that the options of a channel name as holding a secret, and where they stand in them. */
export function secretFiles(options: unknown, above: Path = []): readonly SecretFile[] {
  if (typeof options !== 'object' || options === null) return [];
  return Object.entries(options).flatMap(([key, value]: [string, unknown]): readonly SecretFile[] => {
    const path = [...above, key];
    return typeof value === 'string' && isSecretKey(key) ? [{ path, file: value }] : secretFiles(value, path);
  });
}

interface SecretFile {
  readonly path: Path;
  readonly file: string;
}
