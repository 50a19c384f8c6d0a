import { grouped } from '../kit/count.ts';
import { formatDuration } from '../kit/duration.ts';
import { formatSize } from '../kit/size.ts';
import { safeLine } from '../kit/terminal.ts';
import { millis } from '../model/time.ts';
import { daysOf, perDay } from './calendar.ts';
import type { BacktestResult, ChannelResult, RuleResult } from './result.ts';
import { gathered, sparkline } from './spark.ts';

const mostColumns = 48;
const mostKeys = 5;
const mostDaysNamed = 5;

/** The report as lines for a terminal. What stands in it of logs is made harmless, line by line. */
export function reportLines(result: BacktestResult): readonly string[] {
  const days = daysOf(result);
  const busy = result.rules.filter(({ alerts, actions }) => alerts + actions > 0);
  const silent = result.rules.length - busy.length;
  return [
    ...heading(result, days),
    '',
    ...(busy.length === 0 ? ['no rule raised an alert'] : rulesTable(busy, days)),
    ...(silent === 0 || busy.length === 0 ? [] : [`${count(silent, 'other rule')} brought no alert`]),
    ...keyLines(busy),
    '',
    ...result.channels.flatMap((channel) => channelLines(channel, days)),
    ...result.receivers.map(receiverLine),
    ...result.notes.map(({ code, text, times }) => `${code}: ${text}${times > 1 ? ` (${times} times)` : ''}`),
    ...proposalLines(result.proposals),
    ...result.logs.flatMap(({ failures }) => failures.map(({ file, why }) => `not read: ${file}: ${why}`)),
  ].map(safeLine);
}

function heading(
  { read, logs, from, to, rules }: BacktestResult,
  days: readonly string[],
): readonly string[] {
  const files = logs.reduce((sum, { files }) => sum + files.length, 0);
  const rate = read.bytes / 1e6 / Math.max(read.seconds, 0.001);
  const share = (100 * read.candidates) / Math.max(1, read.lines);
  const asked = rules.filter(({ rule }) => !rule.startsWith('sentinel/'));
  const span =
    from === undefined || to === undefined
      ? 'no records'
      : `${from.slice(0, 16).replace('T', ' ')} to ${to.slice(0, 16).replace('T', ' ')} UTC, ${count(days.length, 'day')}`;
  return [
    `${count(read.lines, 'line')} of ${count(files, 'file')} (${formatSize(read.bytes)}) with ${count(asked.length, 'rule')}`,
    `${span}; in ${read.seconds.toFixed(2)} s${rate < 1 ? '' : `, ${rate.toFixed(0)} MB/s`}; ${share.toFixed(1)} % of the lines could match`,
    ...(read.shortened === 0 ? [] : [`${count(read.shortened, 'record')} were cut for their length`]),
  ];
}

function rulesTable(rules: readonly RuleResult[], days: readonly string[]): readonly string[] {
  const rows = rules.map((rule) => [
    rule.rule,
    rule.severity ?? '',
    String(rule.alerts),
    String(rule.raised),
    String(rule.matched),
    sparkline(
      gathered(
        perDay(days, rule.days, ({ alerts }) => alerts),
        mostColumns,
      ),
    ),
    busiestDay(rule, days.length),
  ]);
  return aligned(
    [['rule', 'severity', 'alerts', 'raises', 'matched', 'a day', 'most on'], ...rows],
    [2, 3, 4],
  );
}

function busiestDay({ days }: RuleResult, all: number): string {
  const [most] = days.toSorted((a, b) => b.alerts - a.alerts);
  return most === undefined || all < 2 ? '' : `${most.day}: ${most.alerts}`;
}

function keyLines(rules: readonly RuleResult[]): readonly string[] {
  const keyed = rules.filter(({ keys }) => keys.length > 0);
  if (keyed.length === 0) return [];
  return [
    '',
    'the commonest keys, with their raises:',
    ...keyed.map(({ rule, keys, keyCount, keysAreExact }) => {
      const shown = keys.slice(0, mostKeys).map(([key, raises]) => `${key} (${raises})`);
      const rest = keyCount - shown.length;
      const more = rest <= 0 ? '' : ` and ${keysAreExact ? '' : 'more than '}${rest} others`;
      return `  ${rule}: ${shown.join(', ')}${more}`;
    }),
  ];
}

function channelLines(channel: ChannelResult, days: readonly string[]): readonly string[] {
  const { kind, messages, parts, price, cost, reasons } = channel;
  const split = parts === messages ? '' : ` in ${count(parts, 'part')}`;
  const money = price === 0 ? '' : `, ${dollars(cost)}${perDayCost(cost, days.length)}`;
  const why = Object.entries(reasons).map(([reason, times]) => `${times} ${reason}`);
  const spark = sparkline(
    gathered(
      perDay(days, channel.days, ({ messages }) => messages),
      mostColumns,
    ),
  );
  const line = `${channel.channel} (${kind}): ${count(messages, 'message')}${split}${money}`;
  return [
    `${line}${why.length === 0 ? '' : `: ${why.join(', ')}`}  ${spark}`.trimEnd(),
    ...channel.limits.flatMap((limit) => {
      if (limit.days.length === 0) return [];
      const named = limit.days
        .slice(0, mostDaysNamed)
        .map(({ day, times }) => (times > 1 ? `${day} (${times} times)` : day));
      const more = limit.days.length - named.length;
      const reserve = limit.reserve === 0 ? '' : `, ${limit.reserve} of them kept for critical ones`;
      return [
        `  LIMIT of ${limit.limit} in ${formatDuration(millis(limit.window))}${reserve} reached on ${count(limit.days.length, 'day')}: ` +
          `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
      ];
    }),
  ];
}

const perDayCost = (cost: number, days: number): string =>
  days < 2 ? '' : `, ${dollars(cost / days)} a day`;

const dollars = (amount: number): string => `$${amount.toFixed(amount > 0 && amount < 1 ? 3 : 2)}`;

function proposalLines(proposals: BacktestResult['proposals']): readonly string[] {
  if (proposals === undefined) return [];
  if (proposals.length === 0) return ['', 'nothing to propose: no rule told of the same over and over'];
  return ['', 'proposals:', ...proposals.map(({ rule, set, why }) => `  ${rule}: ${set}  # ${why}`)];
}

function receiverLine(receiver: BacktestResult['receivers'][number]): string {
  const muted = Object.entries(receiver.muted).map(([reason, raises]) => `${raises} ${reason}`);
  const parts = [
    `${receiver.delivered} delivered`,
    ...(receiver.joined === 0 ? [] : [`${receiver.joined} joined with others`]),
    ...(muted.length === 0 ? [] : [`muted: ${muted.join(', ')}`]),
    ...(receiver.held === 0 ? [] : [`${receiver.held} held at the end`]),
    ...(receiver.pending === 0 ? [] : [`${receiver.pending} waiting at the end`]),
    ...(receiver.undelivered === 0 ? [] : [`${receiver.undelivered} given up`]),
  ];
  return `${receiver.receiver}: of ${count(receiver.raised, 'raise')} ${parts.join(', ')}`;
}

/** `1 rule`, `12,000 lines`. */
const count = (number: number, what: string): string =>
  `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;

/** Columns apart by two blanks; those of numbers end together. */
function aligned(rows: readonly (readonly string[])[], numbers: readonly number[]): readonly string[] {
  const safe = rows.map((row) => row.map(safeLine));
  const widths: number[] = [];
  for (const row of safe) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return safe.map((row) =>
    row
      .map((cell, at) =>
        numbers.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
