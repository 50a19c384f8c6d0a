import type { Stats } from 'node:fs';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';

/** How a hand-over to Nagios did not come to be: nothing was written. */
export type Refusal = Extract<Delivery, { type: 'retry' }>;

/** Nagios is not there, or not yet: it may be at the next attempt. */
export const away = (detail: string): Refusal => ({ type: 'retry', reason: 'unavailable', detail });

/** Somebody must change a mode or an owner before it can go on. */
export const forbidden = (detail: string): Refusal => ({
  type: 'retry',
  reason: 'auth',
  detail,
  afterMs: millis(5 * 60_000),
});

/**
 * Why what lies at a path cannot be taken for Nagios' own: alerts hold log text, so nobody may put a FIFO
 * or a folder of his own in the way of them. Sensible owners are root, this user, and whoever the folder
 * around it belongs to; that folder must not be everybody's.
 */
export function ownershipObjection(own: Owned, around: Owned): string | undefined {
  if ((around.mode & 0o002) !== 0) return 'lies in a folder that everybody can write';
  const me = process.geteuid?.() ?? -1;
  return [0, me, around.uid].includes(own.uid)
    ? undefined
    : 'belongs to neither root, this user nor its folder’s owner';
}

type Owned = Pick<Stats, 'uid' | 'mode'>;

/** What an error of the file system means on the way to Nagios, before anything was written. */
export function refusalOf(path: string, code: string): Refusal {
  switch (code) {
    case 'ENXIO':
      return away(`nobody reads ${path}: Nagios is not running`);
    case 'ENOENT':
    case 'ENOTDIR':
      return away(`${path} does not exist: Nagios is not running, or has another path`);
    case 'EAGAIN':
      return away(`${path} is full: Nagios does not read it`);
    case 'EPIPE':
      return away(`Nagios closed ${path}`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return forbidden(`${path} must not be written by this user (${code})`);
    default:
      return away(`${path} could not be written (${code})`);
  }
}
