import { unreachable } from '../kit/assert.ts';
import { truncate } from '../kit/text.ts';
import type { Summary } from '../model/alert.ts';
import type { AlertPayload } from '../model/delivery.ts';
import { timestamp } from './clock.ts';

const LONGEST_RULE = 100;

/** `4812` as `4,812`. */
export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** The title of a message of many: `4,812 more of 3 kinds`. */
export function summaryTitle(summary: Summary): string {
  const { cause, title = '', raises, kindCount } = summary;
  const kinds = `${grouped(kindCount)} ${kindCount === 1 ? 'kind' : 'kinds'}`;
  switch (cause) {
    case 'group':
      return `${grouped(raises)} together${title === '' ? '' : `: ${truncate(title, LONGEST_RULE)}`}`;
    case 'quiet-hours':
      return `${grouped(raises)} of ${kinds} while ${title === '' ? 'quiet hours' : `"${title}"`} lasted`;
    case 'storm':
    case 'budget':
      return `${grouped(raises)} more of ${kinds}`;
    case 'storm-over':
      return `the storm is over: ${overOf(summary, kinds)}`;
    default:
      return unreachable(cause);
  }
}

function overOf({ raises, storm }: Summary, kinds: string): string {
  const all = storm === undefined ? '' : `${grouped(storm.joined)} joined in all`;
  return raises === 0
    ? all
    : [`${grouped(raises)} more of ${kinds}`, all].filter((part) => part !== '').join(', ');
}

/** Which rules how often, and the commonest keys; the numbers of rules add up to all raises. */
export function summaryLines(summary: Summary): readonly string[] {
  const { kinds, kindCount, raises } = summary;
  const rest = raises - kinds.reduce((sum, [, count]) => sum + count, 0);
  const others = kindCount - kinds.length;
  return [
    ...kinds.map(([rule, count]) => `${grouped(count)} × ${truncate(rule, LONGEST_RULE)}`),
    ...(others > 0 ? [`${grouped(rest)} × ${grouped(others)} other rules`] : []),
    ...keyLine(summary),
  ];
}

/** `most: 203.0.113.7 (at least 312), …`; nothing where no key came twice. */
export function keyLine({ keys, keysAreExact }: Summary): readonly string[] {
  const shown = keys.filter(([, count]) => count > 1);
  if (shown.length === 0) return [];
  const least = keysAreExact ? '' : 'at least ';
  return [`most: ${shown.map(([key, count]) => `${oneLine(key)} (${least}${grouped(count)})`).join(', ')}`];
}

/** The summary as data. */
export const summaryPayload = ({
  first,
  last,
  storm,
  ...rest
}: Summary): NonNullable<AlertPayload['summary']> => ({
  ...rest,
  ...(storm === undefined ? {} : { storm: { since: timestamp(storm.since), joined: storm.joined } }),
  first: timestamp(first),
  last: timestamp(last),
});

const oneLine = (text: string): string => text.replaceAll(/[\r\n\u2028\u2029]+/g, ' ');
