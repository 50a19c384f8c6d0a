import type { Locate, Path } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ConfigPorts } from './files.ts';
import { secretRefused } from './outside.ts';

/** Options whose value is the path of a file that holds a secret. */
const isSecretKey = (key: string): boolean =>
  /(?:^|-)(?:secret|token|password|key|url|topic|subscription)-file$/.test(key);

/**
 * Reads every file that the options of a channel name as holding a secret and throws the text away: a
 * wrong mode or a missing file is told when the configuration is loaded, not when the first alert is sent.
 */
export async function checkSecrets(
  options: unknown,
  locate: Locate,
  ports: ConfigPorts,
): Promise<Diagnostic[]> {
  const found = secretFiles(options).map(async ({ path, file }) => {
    const read = await ports.secret(file);
    return read.ok ? [] : [secretRefused(read.detail, path, locate)];
  });
  return (await Promise.all(found)).flat();
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
