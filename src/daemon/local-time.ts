import type { LocalTime } from '../engine/sec/contract.ts';
import { once } from '../kit/once.ts';
import type { Instant } from '../model/time.ts';
import { openZoneNames, type ZoneName } from './zone-names.ts';

let zoneName: ZoneName | undefined;
/** To make one takes a hundredth of a second; few rules ask for a local time. */
const abbreviation = once(() => new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }));

/** A time as the clocks of this machine's zone show it. */
export function localTime(at: Instant): LocalTime {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  zoneName ??= openZoneNames();
  return {
    second: date.getSeconds(),
    minute: date.getMinutes(),
    hour: date.getHours(),
    day: date.getDate(),
    month: date.getMonth() + 1,
    year: date.getFullYear(),
    weekday: date.getDay(),
    zone: zoneName(Math.floor(at / 1000), offset) ?? guessedName(date),
    offset,
  };
}

const guessedName = (date: Date): string =>
  abbreviation()
    .formatToParts(date)
    .find(({ type }) => type === 'timeZoneName')?.value ?? '';
