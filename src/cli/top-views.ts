import { formatDuration } from '../kit/duration.ts';
import { quantile } from '../daemon/metrics/histogram.ts';
import type { OpenAlertShown } from '../daemon/metrics/open-alerts.ts';
import {
  cellText,
  headingOf,
  rowOf,
  type Column,
  type Line,
  type Piece,
  type Style,
  type View,
} from './top-lines.ts';
import type { Snapshot } from './top-read.ts';
import { aboutSize, age, perSecond, shortTime, within } from './top-words.ts';

/** The screens, in the order in which tab goes through them. */
export const viewNames = ['overview', 'alerts', 'rules'] as const;

export type ViewName = (typeof viewNames)[number];

/** What a view is made of: how things stand now and, for rates, how they stood before. */
export interface Seen {
  readonly now: Snapshot;
  readonly before?: Snapshot;
}

/** One screen. Nothing of what it quotes can be obeyed by a terminal. */
export function viewOf(name: ViewName, seen: Seen): View {
  switch (name) {
    case 'overview':
      return overview(seen);
    case 'alerts':
      return alerts(seen);
    case 'rules':
      return rules(seen);
  }
}

function overview(seen: Seen): View {
  const { metrics } = seen.now;
  return {
    top: [],
    body: [
      ...machineLines(seen),
      [{ text: '' }],
      headingOf(sourceColumns),
      ...metrics.sources.map((source) => rowOf(sourceColumns, sourceCells(source, seen))),
      [{ text: '' }],
      headingOf(channelColumns),
      ...metrics.channels.map((channel) => rowOf(channelColumns, channelCells(channel))),
    ],
  };
}

function machineLines(seen: Seen): readonly Line[] {
  const { ledger, alerts: counts, raises, process, silences, breaches } = seen.now.metrics;
  const cpu = rate(seen, ({ metrics }) => metrics.process.cpuSeconds);
  const fds = process.openFds === undefined ? '' : `, ${process.openFds} of ${process.maxFds ?? '?'} files`;
  const open = Object.entries(counts.open).toReversed();
  const commit =
    ledger.commitMedianSeconds === undefined ? '' : `, commit ${shortTime(ledger.commitMedianSeconds)}`;
  const checkpoint =
    ledger.checkpointSeconds === undefined ? '' : `, checkpoint ${shortTime(ledger.checkpointSeconds)}`;
  return [
    [
      { text: 'open alerts  ' },
      ...open.map(([severity, count]): Piece => ({
        text: `${count} ${severity}  `,
        ...(count > 0 ? { style: severityStyle(severity) } : {}),
      })),
      { text: silences === 0 ? '' : ` ${silences} silence(s)`, style: 'dim' },
    ],
    [
      {
        text: `raises  ${raises.delivered} delivered, ${raises.joined} joined, ${raises.muted} muted, ${raises.held} held, ${raises.pending} pending, `,
      },
      {
        text: `${raises.undelivered} undelivered`,
        ...(raises.undelivered > 0 ? { style: 'bad' as const } : {}),
      },
      ...(breaches > 0 ? [{ text: `, ${breaches} SUM(S) DO NOT HOLD`, style: 'bad' as const }] : []),
    ],
    ledger.writable
      ? [
          {
            text: `ledger  ${aboutSize(ledger.bytes)}, ${ledger.alerts} alerts kept${commit}${checkpoint}`,
          },
        ]
      : [{ text: 'ledger  CANNOT BE WRITTEN', style: 'bad' }],
    [
      {
        text: `process  ${aboutSize(process.rssBytes)}${cpu === undefined ? '' : `, ${(cpu * 100).toFixed(1)} % of a processor`}${fds}`,
      },
    ],
  ];
}

const sourceColumns: readonly Column[] = [
  { name: 'SOURCE', width: 20 },
  { name: 'LINES', width: 12, align: 'right' },
  { name: 'LINES/S', width: 9, align: 'right' },
  { name: 'BYTES/S', width: 9, align: 'right' },
  { name: 'UNREAD', width: 9, align: 'right' },
  { name: 'LAG', width: 7, align: 'right' },
  { name: 'STANDS', width: 10 },
];

function sourceCells(source: Snapshot['metrics']['sources'][number], seen: Seen): Line {
  const { name, lines, lagBytes, lagSeconds, streams } = source;
  const of = (value: (one: typeof source) => number) =>
    rate(seen, ({ metrics }) => {
      const same = metrics.sources.find((each) => each.name === name);
      return same === undefined ? undefined : value(same);
    });
  const bytes = of((one) => one.bytes);
  const behind = (lagSeconds ?? Infinity) > 60;
  return [
    { text: cellText(name) },
    { text: String(lines) },
    { text: perSecond(of((one) => one.lines)) },
    { text: bytes === undefined ? '-' : aboutSize(bytes) },
    { text: lagBytes === undefined ? '-' : aboutSize(lagBytes) },
    {
      text: lagSeconds === undefined ? '-' : age(lagSeconds),
      ...(behind ? { style: 'doubtful' as const } : {}),
    },
    standing(streams),
  ];
}

function standing(streams: { readonly [condition: string]: number }): Piece {
  const some = Object.entries(streams).filter(([, count]) => count > 0);
  const text = some.map(([condition, count]) => `${count} ${condition}`).join(', ');
  return (streams['unreadable'] ?? 0) > 0 ? { text, style: 'bad' } : { text: text === '' ? '-' : text };
}

const channelColumns: readonly Column[] = [
  { name: 'CHANNEL', width: 20 },
  { name: 'STATE', width: 13 },
  { name: 'SENT', width: 8, align: 'right' },
  { name: 'NOT', width: 6, align: 'right' },
  { name: 'WAITING', width: 7, align: 'right' },
  { name: '50% IN', width: 7, align: 'right' },
  { name: '99% IN', width: 7, align: 'right' },
  { name: 'BUDGETS', width: 10 },
];

function channelCells(channel: Snapshot['metrics']['channels'][number]): Line {
  const { name, state, outcomes, waiting, underWay, latency, budgets } = channel;
  const attempts = (isSent: boolean): number =>
    outcomes.reduce((sum, { outcome, count }) => ((outcome === 'sent') === isSent ? sum + count : sum), 0);
  const spent = budgets.map(({ used, limit, window }) => `${used}/${limit} in ${formatDuration(window)}`);
  return [
    { text: cellText(name) },
    { text: state === 'working' ? 'works' : state.toUpperCase(), style: stateStyle(state) },
    { text: String(attempts(true)) },
    { text: String(attempts(false)) },
    { text: String(waiting + underWay) },
    { text: within(quantile(latency, 0.5)) },
    { text: within(quantile(latency, 0.99)) },
    { text: spent.join(', ') },
  ];
}

const stateStyle = (state: string): Style =>
  state === 'working' ? 'good' : state === 'spent' || state === 'paused' ? 'doubtful' : 'bad';

const alertColumns: readonly Column[] = [
  { name: 'SEVERITY', width: 8 },
  { name: 'STATE', width: 16 },
  { name: 'COUNT', width: 7, align: 'right' },
  { name: 'AGE', width: 5, align: 'right' },
  { name: 'LAST', width: 5, align: 'right' },
  { name: 'ID', width: 10 },
  { name: 'WHAT', width: 20 },
];

function alerts({ now: { metrics, open } }: Seen): View {
  const hidden = open.total - open.alerts.length;
  return {
    top: [headingOf(alertColumns)],
    body: [
      ...open.alerts.map((alert) => rowOf(alertColumns, alertCells(alert, metrics.at))),
      ...(open.total === 0 ? [[{ text: 'nothing is open', style: 'good' } as const]] : []),
      ...(hidden > 0
        ? [[{ text: `and ${hidden} more: see alerts list --open`, style: 'dim' } as const]]
        : []),
    ],
  };
}

function alertCells(alert: OpenAlertShown, now: number): Line {
  const { severity, raises, firstAt, lastAt, id, title, rule, host, line } = alert;
  const state = stateOf(alert);
  const quoted = line === '' || title.includes(line) ? '' : `  | ${line}`;
  return [
    { text: severity.toUpperCase(), style: severityStyle(severity) },
    { text: cellText(state), style: state === 'open' ? 'plain' : 'dim' },
    { text: `${raises}x` },
    { text: age((now - firstAt) / 1000) },
    { text: age((now - lastAt) / 1000) },
    { text: id, style: 'dim' },
    { text: cellText(`${title === '' ? rule : title}${host === undefined ? '' : ` (${host})`}`) },
    { text: cellText(quoted), style: 'dim' },
  ];
}

function stateOf({ ack, silencedBy }: OpenAlertShown): string {
  if (ack !== undefined) return `acked ${ack}`;
  return silencedBy === undefined ? 'open' : `silenced ${silencedBy}`;
}

const ruleColumns: readonly Column[] = [
  { name: 'MATCHED', width: 12, align: 'right' },
  { name: 'A SECOND', width: 9, align: 'right' },
  { name: 'RAISED', width: 10, align: 'right' },
  { name: 'ABSORBED', width: 12, align: 'right' },
  { name: 'RULE', width: 20 },
];

function rules(seen: Seen): View {
  const { rules: counted } = seen.now.metrics;
  const body = counted
    .toSorted((a, b) => b.matched - a.matched)
    .map(({ rule, matched, raised, timedOut }) => {
      const now = rate(seen, ({ metrics }) => metrics.rules.find((one) => one.rule === rule)?.matched);
      return rowOf(ruleColumns, [
        { text: String(matched) },
        { text: perSecond(now) },
        { text: String(raised) },
        { text: String(matched - raised) },
        { text: cellText(rule) },
        { text: timedOut > 0 ? `  ${timedOut} cut off by the time limit` : '', style: 'doubtful' },
      ]);
    });
  return { top: [headingOf(ruleColumns)], body };
}

const severityStyle = (severity: string): Style =>
  severity === 'critical' ? 'bad' : severity === 'warning' ? 'doubtful' : 'good';

/** By how much a counter grew each second; undefined: it did not begin with this process, or just now. */
function rate({ now, before }: Seen, of: (snapshot: Snapshot) => number | undefined): number | undefined {
  if (before === undefined || before.metrics.pid !== now.metrics.pid) return undefined;
  const [from, to] = [of(before), of(now)];
  const length = (now.metrics.at - before.metrics.at) / 1000;
  if (from === undefined || to === undefined || length <= 0 || to < from) return undefined;
  return (to - from) / length;
}
