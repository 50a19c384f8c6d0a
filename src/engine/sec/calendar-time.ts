import type { LocalTime } from './contract.ts';
import type { SecCalendarTime } from './program.ts';

type LocalTimeAt = (second: number) => LocalTime;

const DAY = 86_400;

/** How far ahead one looks at once, in minutes; where nothing was found one looks again from there. */
const HORIZON = 7 * 24 * 60;

/** Whether the second lies in a minute that the time names. */
export function fits(time: SecCalendarTime, second: number, localTime: LocalTimeAt): boolean {
  const local = localTime(second);
  return (
    time.minutes.includes(local.minute) && hourFits(time, local) && dayFits(time, local, second, localTime)
  );
}

const hourFits = ({ hours }: SecCalendarTime, { hour }: LocalTime): boolean => hours.includes(hour);

function dayFits(time: SecCalendarTime, local: LocalTime, second: number, localTime: LocalTimeAt): boolean {
  if (!time.months.includes(local.month) || !time.weekdays.includes(local.weekday)) return false;
  if (!time.years.includes(local.year % 100)) return false;
  if (time.days.includes(local.day)) return true;
  return time.lastDay && localTime(second + DAY).day === 1;
}

/**
 * The first minute (since the epoch) from `from` on that the time names, or a later one at which to look
 * again. Days and hours that do not fit are passed over in steps that end before the next one begins.
 */
export function nextMinute(time: SecCalendarTime, from: number, localTime: LocalTimeAt): number {
  let minute = from;
  while (minute < from + HORIZON) {
    const second = minute * 60;
    const local = localTime(second);
    if (!dayFits(time, local, second, localTime)) minute += toNextDay(local);
    else if (!hourFits(time, local)) minute += 60 - local.minute;
    else if (!time.minutes.includes(local.minute)) minute += 1;
    else return minute;
  }
  return minute;
}

/** An hour before the day's end one goes on by the hour: clocks may be changed. */
function toNextDay({ hour, minute }: LocalTime): number {
  return hour < 22 ? (22 - hour) * 60 - minute : 60 - minute;
}
