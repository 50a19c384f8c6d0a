import { closeSync, constants, openSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the control socket of a state directory is bound or reached. Close it when the socket is. */
export type SocketAddress =
  | { readonly ok: true; readonly path: string; close(): void }
  | { readonly ok: false; readonly detail: string };

/** `sun_path` holds 108 bytes with the NUL (unix(7)); more would be cut off silently. */
const longestPath = 107;

/**
 * The path of `control.sock` in a state directory. One that is too long for a socket is reached through
 * an open descriptor of the directory, which Linux shows in /proc.
 */
export function socketAddress(directory: string): SocketAddress {
  const path = join(resolve(directory), 'control.sock');
  if (Buffer.byteLength(path) <= longestPath) return { ok: true, path, close: () => undefined };
  if (process.platform !== 'linux') {
    return { ok: false, detail: `${path} is longer than the ${longestPath} bytes a socket's path may have` };
  }
  try {
    const descriptor = openSync(resolve(directory), constants.O_RDONLY | constants.O_DIRECTORY);
    return {
      ok: true,
      path: `/proc/self/fd/${descriptor}/control.sock`,
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
