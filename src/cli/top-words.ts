import { formatDuration } from '../kit/duration.ts';
import { millis } from '../model/time.ts';

/** A rate, or a dash where none is known. */
export const perSecond = (value: number | undefined): string =>
  value === undefined ? '-' : value.toFixed(1);

/** `12s`, `3m`, `5h`, `9d`: the largest unit of which there is one. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return `${whole}s`;
  if (whole < 100 * 60) return `${Math.floor(whole / 60)}m`;
  return whole < 100 * 3600 ? `${Math.floor(whole / 3600)}h` : `${Math.floor(whole / 86_400)}d`;
}

/** Four figures at most: `1.4ms`, `230ms`, `12s`. */
export function shortTime(seconds: number): string {
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)}ms`;
  return seconds < 1 ? `${Math.round(seconds * 1000)}ms` : age(seconds);
}

/** A bound of a histogram, as what half or most of it did not exceed. */
export function within(seconds: number | undefined): string {
  if (seconds === undefined) return '-';
  return seconds === Infinity ? '>1h' : `<${formatDuration(millis(seconds * 1000))}`;
}

/** A size with one unit and at most four figures. */
export function aboutSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}
