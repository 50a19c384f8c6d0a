import type { ShownChannel } from '../daemon/status.ts';
import { formatDuration } from '../kit/duration.ts';
import { instant, millis, type Instant } from '../model/time.ts';
import { clockTime } from './times.ts';

/** A channel in lines for a person: how it stands, then each of its budgets. Times by this machine's clocks. */
export function channelLines(channel: ShownChannel, now: Instant): readonly string[] {
  const { name, kind, waiting, underWay, budgets, spentToday } = channel;
  const facts = [
    standing(channel, now),
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(underWay === 0 ? [] : [`${underWay} under way`]),
    ...(spentToday === undefined ? [] : [`$${spentToday.toFixed(2)} in 24 hours`]),
  ];
  return [
    `  ${name}${kind === undefined ? '' : ` (${kind})`}: ${facts.join(', ')}`,
    ...budgets.map((budget) => `    ${budgetLine(budget, now)}`),
  ];
}

function standing({ state, since, until }: ShownChannel, now: Instant): string {
  const from = since === undefined ? '' : ` since ${clock(since, now)}`;
  const next = until === undefined ? '' : clock(until, now);
  switch (state) {
    case 'working':
      return 'works';
    case 'failing':
      return `FAILS${from}, tried again at ${next}`;
    case 'paused':
      return `paused by the service${from} until ${next}`;
    case 'refused':
      return `REFUSED by the service${from}: a human must repair that; tried again at ${next}`;
    case 'out-of-credit':
      return `OUT OF CREDIT${from}: a human must pay; tried again at ${next}`;
    case 'spent':
      return next === '' ? 'its budget allows nothing' : `its budget is spent until ${next}`;
    case 'gone':
      return 'not configured any more';
  }
}

function budgetLine({ window, limit, used, reserve, endsAt }: ShownChannel['budgets'][number], now: Instant) {
  const kept = reserve === undefined ? '' : ` (${reserve} only for critical)`;
  return `${used} of ${limit}${kept} in ${formatDuration(window)}${forecast(used >= limit, window, endsAt, now)}`;
}

function forecast(isSpent: boolean, window: number, endsAt: string | undefined, now: Instant): string {
  if (isSpent) return ': spent';
  if (endsAt === undefined) return '';
  return `: at this rate ${nameOf(window)} budget ends at ${clock(endsAt, now)}`;
}

function nameOf(window: number): string {
  if (window === 86_400_000) return "the day's";
  return window === 3_600_000 ? "the hour's" : `the ${formatDuration(millis(window))}`;
}

const clock = (iso: string, now: Instant): string => clockTime(instant(Date.parse(iso)), now);
