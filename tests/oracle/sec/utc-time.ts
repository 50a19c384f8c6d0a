import type { LocalTime } from '../../../src/engine/sec/contract.ts';
import type { Instant } from '../../../src/model/time.ts';

/** The oracle's time zone. */
export function utcTime(at: Instant): LocalTime {
  const date = new Date(at);
  return {
    second: date.getUTCSeconds(),
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
    weekday: date.getUTCDay(),
    zone: 'UTC',
    offset: 0,
  };
}
