import type { LocalTime } from '../engine/sec/contract.ts';
import type { Instant } from '../model/time.ts';

const abbreviation = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' });

/** A time as the clocks of this machine's zone show it. */
export function localTime(at: Instant): LocalTime {
  const date = new Date(at);
  return {
    second: date.getSeconds(),
    minute: date.getMinutes(),
    hour: date.getHours(),
    day: date.getDate(),
    month: date.getMonth() + 1,
    year: date.getFullYear(),
    weekday: date.getDay(),
    zone: abbreviation.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '',
    offset: -date.getTimezoneOffset(),
  };
}
