import { readlinkSync } from 'node:fs';

/**
 * The IANA name of the machine's zone. `Intl` knows it, but takes a hundredth of a second to begin; most
 * servers stand at UTC, and say so by a link.
 */
export function machineZone(): string {
  if (process.env['TZ'] === undefined && isUtc()) return 'UTC';
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isUtc(): boolean {
  try {
    return /\/zoneinfo\/(?:Etc\/)?UTC$/.test(readlinkSync('/etc/localtime'));
  } catch {
    // A file, or none: `Intl` has its ways.
    return false;
  }
}
