import { truncate } from '../kit/text.ts';
import type { Digest } from '../model/alert.ts';
import type { AlertPayload } from '../model/delivery.ts';
import type { Instant } from '../model/time.ts';
import { clockTime, timestamp } from './clock.ts';
import { grouped } from './summary.ts';

const LONGEST_RULE = 100;

/** `DIGEST: 120 raised by 7 rules since 2026-11-20 07:00:00`. */
export function digestTitle({ raised, ruleCount, since }: Digest, now: Instant, zone: string): string {
  const rules = `${grouped(ruleCount)} ${ruleCount === 1 ? 'rule' : 'rules'}`;
  const what = raised === 0 ? 'nothing happened' : `${grouped(raised)} raised by ${rules}`;
  return `DIGEST: ${what} since ${clockTime(since, now, zone)}`;
}

/** The sum, then which rules raised how often; the numbers of each add up. */
export function digestLines(digest: Digest): readonly string[] {
  const { raised, rules, ruleCount, open } = digest;
  const others = raised - rules.reduce((sum, [, count]) => sum + count, 0);
  return [
    sumLine(digest),
    ...(open === 0 ? [] : [`${grouped(open)} ${open === 1 ? 'alert is' : 'alerts are'} open`]),
    ...rules.map(([rule, count]) => `${grouped(count)} × ${truncate(rule, LONGEST_RULE)}`),
    ...(ruleCount > rules.length
      ? [`${grouped(others)} × ${grouped(ruleCount - rules.length)} other rules`]
      : []),
  ];
}

function sumLine(digest: Digest): string {
  const { raised, waited, delivered, joined, muted, held, pending, undelivered } = digest;
  const reasons = Object.entries(muted).map(([reason, count]) => `${reason} ${grouped(count)}`);
  const mutes = Object.values(muted).reduce((sum, count) => sum + count, 0);
  const left = `${grouped(raised)} raised${waited === 0 ? '' : ` + ${grouped(waited)} that waited before`}`;
  const right = [
    `${grouped(delivered)} delivered`,
    `${grouped(joined)} joined`,
    `${grouped(mutes)} muted${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`,
    `${grouped(held)} held`,
    `${grouped(pending)} pending`,
    `${grouped(undelivered)} undelivered`,
  ];
  return `${left} = ${right.join(' + ')}`;
}

/** The summary of a day as data. */
export const digestPayload = ({ since, until, ...rest }: Digest): NonNullable<AlertPayload['digest']> => ({
  ...rest,
  since: timestamp(since),
  until: timestamp(until),
});
