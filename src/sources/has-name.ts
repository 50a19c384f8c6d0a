import { realpathSync } from 'node:fs';

/**
 * Whether what a path leads to has a name in the file system. A pipe without one, such as a shell's `<(command)`, had
 * its writers before anybody opened it, and ends with them.
 */
export function hasName(path: string): boolean {
  try {
    realpathSync.native(path);
    return true;
  } catch {
    return false;
  }
}
