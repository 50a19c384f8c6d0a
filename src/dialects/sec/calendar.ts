import type { SecCalendarTime } from '../../engine/sec/program.ts';
import type { Report } from './report.ts';
import { parts, words, type Text } from './text.ts';

interface Range {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

const ranges: readonly Range[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day', least: 0, most: 31 },
  { name: 'month', least: 1, most: 12 },
  { name: 'weekday', least: 0, most: 7 },
  { name: 'year', least: 0, most: 99 },
];

/** Reads `minute hour day month weekday [year]`, years modulo 100. */
export function readCalendar(source: Text, report: Report): SecCalendarTime {
  const fields = words(source);
  if (fields.length !== 5 && fields.length !== 6) {
    report.error('time', source, 'a time is minute, hour, day, month, weekday and if wanted a year');
  }
  const lists = ranges.map((range, index) => {
    const field = fields[index];
    return field === undefined ? count(range.least, range.most, 1) : readList(field, range, report);
  });
  const [minutes = [], hours = [], days = [], months = [], weekdays = [], years = []] = lists;
  return {
    minutes,
    hours,
    days: days.filter((day) => day > 0),
    lastDay: days.includes(0),
    months,
    weekdays: ordered(weekdays.map((day) => day % 7)),
    years,
  };
}

function readList(field: Text, range: Range, report: Report): readonly number[] {
  const items = parts(field, /,/g).filter(({ text }) => text !== '');
  if (items.length === 0) report.error('time', field, `this list of ${range.name}s is empty`);
  return ordered(items.flatMap((item) => readItem(item, range, report)));
}

function readItem(item: Text, range: Range, report: Report): readonly number[] {
  const found = /^(?:\*|(\d*)(-)(\d*)|(\d+))(?:\/(\d+))?$/.exec(item.text);
  const { least, most, name } = range;
  if (found === null) {
    report.error('time', item, `not a ${name}: *, a number, a range A-B, each range with /STEP if wanted`);
    return [];
  }
  const [, from, dash, to, single, step] = found;
  if (step !== undefined && (single !== undefined || Number(step) === 0)) {
    report.error('time', item, 'a step of at least 1 follows * or a range');
  }
  const low = Number(single ?? (from === undefined || from === '' ? least : from));
  const open = dash === undefined || to === undefined || to === '';
  const high = single === undefined ? (open ? most : Number(to)) : low;
  if ([low, high].some((number) => number < least || number > most)) {
    report.error('time', item, `a ${name} is a number from ${String(least)} to ${String(most)}`);
  } else if (low > high)
    report.warning('time-range', item, 'this range is the wrong way round: it selects nothing');
  return count(low, Math.min(high, most), Number(step ?? 1));
}

function count(from: number, to: number, step: number): readonly number[] {
  const numbers: number[] = [];
  for (let number = from; number <= to && step > 0; number += step) numbers.push(number);
  return numbers;
}

const ordered = (numbers: readonly number[]): readonly number[] =>
  [...new Set(numbers)].toSorted((a, b) => a - b);
