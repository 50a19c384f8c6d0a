import type { SwatchThreshold, SwatchThrottle, SwatchWhen } from '../../engine/swatch/program.ts';
import { cut, type Text } from '../sec/text.ts';
import { readText, type TextForm } from './interpolate.ts';
import { readValues, type Values } from './options.ts';
import type { Report } from './report.ts';

/** Reads `H:M:S`, shorter from the left, with days before: seconds. */
function readSpan(text: Text, report: Report): number | undefined {
  const parts = text.text.split(':');
  if (parts.length > 4 || !parts.every((part) => /^\d{1,9}$/.test(part))) {
    report.leftOut('time', text, 'this is no length of time', 'hours:minutes:seconds, such as 0:05:00');
    return undefined;
  }
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = parts.map(Number).toReversed();
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Reads what stands behind `throttle`; undefined: it is left out, and was told. */
export function readThrottle(
  value: Text,
  pattern: string,
  form: TextForm,
  report: Report,
): SwatchThrottle | undefined {
  const names = ['key', 'use', 'delay', 'threshold', 'time_from', 'extra_cuts', 'time_regex', 'hold_dhms'];
  const { plain, named } = readValues(value, { names, isValue: () => false }, report);
  const delay = named.get('delay') ?? named.get('hold_dhms');
  if (delay !== undefined)
    report.repaired('delay', delay, 'swatch itself takes no delay, and never reports again');
  for (const name of ['extra_cuts', 'time_regex']) {
    const option = named.get(name);
    if (option !== undefined) report.leftOut('option', option, `${name} cannot be set in a file`);
  }
  const time = plain[0] ?? delay;
  const hold = time === undefined ? undefined : readSpan(time, report);
  const every = named.get('threshold');
  const count = every === undefined ? undefined : readCount(every, report);
  if (hold === undefined && count === undefined) {
    if (time === undefined && every === undefined) {
      report.leftOut('time', value, 'this throttle has no time: every event passes', 'throttle 0:05:00');
    }
    return undefined;
  }
  const key = readKey(named, pattern, form, report);
  const stamp = named.get('time_from');
  if (stamp !== undefined && stamp.text !== 'realtime') {
    report.repaired('time-from', stamp, 'swatch itself dies of this: the time in the line counts');
  }
  return {
    ...(hold === undefined ? {} : { hold }),
    ...(count === undefined ? {} : { every: count }),
    ...(key === undefined ? {} : { key }),
    time: stamp?.text === 'timestamp' ? 'stamp' : 'clock',
  };
}

/** The key as a text; undefined: the line without its time. */
function readKey(
  named: Values['named'],
  pattern: string,
  form: TextForm,
  report: Report,
): SwatchThrottle['key'] {
  const key = named.get('key') ?? named.get('use');
  if (key === undefined || key.text === 'log') return undefined;
  if (key.text === 'message') {
    report.repaired(
      'key',
      key,
      'swatch itself takes this for the same text for all lines: the line is meant',
    );
    return undefined;
  }
  if (key.text === 'regex') {
    report.repaired('key', key, 'swatch itself takes this for one text for all blocks: the pattern is meant');
    return [{ type: 'text', text: pattern }];
  }
  return readText(key, form, report);
}

const THRESHOLD_NAMES = ['track_by', 'type', 'count', 'seconds'];

/** The options that make one action's threshold. */
export const actionThresholdNames = ['threshold', 'thresholding', ...THRESHOLD_NAMES];

/** Reads what stands behind `threshold`; undefined: it is left out, and was told. */
export function readThreshold(value: Text, form: TextForm, report: Report): SwatchThreshold | undefined {
  const { plain, named } = readValues(value, { names: THRESHOLD_NAMES, isValue: () => false }, report);
  for (const text of plain) report.leftOut('option', text, 'this is no option of threshold');
  return thresholdOf(named, value, form, report);
}

/** A threshold by its options; `where` stands for those that are missing. */
export function thresholdOf(
  named: Values['named'],
  where: Text,
  form: TextForm,
  report: Report,
): SwatchThreshold | undefined {
  const [trackBy, type, count, seconds] = THRESHOLD_NAMES.map((name) => named.get(name));
  const missing = THRESHOLD_NAMES.filter((name) => !named.has(name));
  if (trackBy === undefined || type === undefined || count === undefined || seconds === undefined) {
    const message = `this threshold has no ${missing.join(', ')}: it is left out, and every event passes`;
    report.leftOut('threshold', where, message, 'threshold track_by=$1,type=limit,count=1,seconds=60');
    return undefined;
  }
  const kind = (['limit', 'threshold', 'both'] as const).find((one) => one === type.text);
  if (kind === undefined) {
    const message = `there is no type ${type.text}: the threshold is left out, and every event passes`;
    report.leftOut('threshold-type', type, message, 'limit, threshold or both');
  }
  const times = readCount(count, report);
  const length = readCount(seconds, report);
  const track = readText(trackBy, form, report);
  if (kind === undefined || times === undefined || length === undefined || track === undefined)
    return undefined;
  return { trackBy: track, type: kind, count: times, seconds: length };
}

/** A whole number from 1. */
export function readCount(text: Text, report: Report): number | undefined {
  if (/^0*[1-9]\d{0,8}$/.test(text.text)) return Number(text.text);
  report.leftOut('number', text, 'this is no number from 1');
  return undefined;
}

/** Reads `DAYS:HOURS`; undefined: it is left out, and the action is done at any time. */
export function readWhen(value: Text, report: Report): SwatchWhen | undefined {
  const colon = value.text.indexOf(':');
  if (colon < 0) {
    report.leftOut('when', value, 'this has no hours: it is left out', 'when=1-5:8-17, days from 0 (Sunday)');
    return undefined;
  }
  const days = readRanges(cut(value, 0, colon), 7, report);
  const hours = readRanges(cut(value, colon + 1), 24, report);
  if (days.length === 0 || hours.length === 0)
    report.trap('when', value, 'this is never: the action is not done');
  return { days, hours };
}

/** Numbers below `end` of a list of numbers and ranges; a range that ends before it begins goes round. */
function readRanges(text: Text, end: number, report: Report): readonly number[] {
  if (text.text.trim() === '*') return range(0, end - 1);
  const found = text.text.split(',').flatMap((part) => {
    const [whole, from = '', to = from] = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/.exec(part) ?? [];
    if (whole === undefined) {
      report.leftOut('when', text, `${JSON.stringify(part)} is no number or range: it is left out`);
      return [];
    }
    if (Number(from) <= Number(to)) return range(Number(from), Math.min(Number(to), end - 1));
    report.repaired('when', text, 'swatch itself takes a range that goes round for never');
    return [...range(Number(from), end - 1), ...range(0, Math.min(Number(to), end - 1))];
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
