import type { Locate, Path } from '../dialects/native/place.ts';
import { under } from '../dialects/native/place.ts';
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
  if (typeof options !== 'object' || options === null) return [];
  const found = Object.entries(options).map(async ([key, value]: [string, unknown]) => {
    const path: Path = [key];
    if (typeof value === 'string' && isSecretKey(key)) {
      const read = await ports.secret(value);
      return read.ok ? [] : [secretRefused(read.detail, path, locate)];
    }
    return checkSecrets(value, under(locate, path), ports);
  });
  return (await Promise.all(found)).flat();
}
