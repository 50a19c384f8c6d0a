import { grouped } from '../kit/count.ts';
import { formatDuration } from '../kit/duration.ts';
import { formatSize } from '../kit/size.ts';
import { millis } from '../model/time.ts';
import { daysOf, perDay } from './calendar.ts';
import { barChart } from './chart.ts';
import { escapeHtml } from './escape.ts';
import type { BacktestResult, ChannelResult, RuleResult } from './result.ts';

/** Nothing of the page comes from elsewhere, and nothing in it can be made to run. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #656d76; --bar: #2f6fde; --limit: #c93c37; --edge: #d0d7de; --ground: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --bar: #6ea8fe; --limit: #ff7b72; --edge: #3d444d; --ground: #0d1117 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2.5rem } h3 { font-size: 1rem; margin: 2rem 0 .3rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--edge) }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
svg { width: 100%; height: auto; display: block; margin: .4rem 0 } rect { fill: var(--bar) } rect.limit { fill: var(--limit) }
svg line { stroke: var(--edge) } svg text { fill: var(--dim); font-size: 10px }
code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere } .dim { color: var(--dim) } .bad { color: var(--limit); font-weight: 600 }
`;

/** The report as one page that needs nothing but itself. What it quotes of logs is text and nothing else. */
export function reportHtml(result: BacktestResult): string {
  const days = daysOf(result);
  const busy = result.rules.filter(({ alerts, actions }) => alerts + actions > 0);
  const silent = result.rules.filter((rule) => !busy.includes(rule));
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Bird Sentinel: backtest</title><style>${style}</style></head><body>`,
    '<h1>What these logs would have brought</h1>',
    ...summary(result, days),
    '<h2>Rules</h2>',
    ...(busy.length === 0 ? ['<p>No rule raised an alert.</p>'] : [ruleTable(busy)]),
    ...busy.flatMap((rule) => ruleSection(rule, days)),
    ...(silent.length === 0 ? [] : [silentRules(silent)]),
    '<h2>Channels</h2>',
    ...result.channels.flatMap((channel) => channelSection(channel, days)),
    receiverTable(result.receivers),
    ...proposals(result.proposals ?? []),
    ...notes(result),
    '</body></html>\n',
  ].join('\n');
}

function summary({ read, from, to, logs, zone }: BacktestResult, days: readonly string[]): readonly string[] {
  const share = (100 * read.candidates) / Math.max(1, read.lines);
  const span = from === undefined || to === undefined ? 'no records' : `${from} to ${to}`;
  return [
    paragraph(`${span}; ${days.length} days by the clocks of ${zone}`),
    paragraph(
      `${grouped(read.lines)} lines (${formatSize(read.bytes)}), of which ${share.toFixed(1)} % could match a rule`,
    ),
    list(
      logs.map(
        ({ log, source, files, lines }) =>
          `${log} (source ${source}): ${grouped(lines)} lines in ${files.length} files`,
      ),
    ),
  ];
}

function ruleTable(rules: readonly RuleResult[]): string {
  const rows = rules.map(
    ({ rule, severity = '', alerts, raised, matched }) =>
      `<tr><td>${escapeHtml(rule)}</td><td>${severity}</td>${numbers([alerts, raised, matched])}</tr>`,
  );
  return (
    '<table><thead><tr><th>rule</th><th>severity</th><th class="n">alerts</th><th class="n">raises</th>' +
    `<th class="n">matched lines</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  );
}

function ruleSection(rule: RuleResult, days: readonly string[]): readonly string[] {
  const keys = rule.keys.map(
    ([key, raises]) => `<tr><td><code>${escapeHtml(key)}</code></td>${numbers([raises])}</tr>`,
  );
  const absorbed = Object.entries(rule.absorbed).map(([reason, times]) => `${times} ${reason}`);
  const more = rule.keyCount - rule.keys.length;
  return [
    `<h3>${escapeHtml(rule.rule)}</h3>`,
    barChart(
      days,
      perDay(days, rule.days, ({ alerts }) => alerts),
      `alerts of ${rule.rule} by day`,
    ),
    ...(absorbed.length === 0
      ? []
      : [paragraph(`matched and raised nothing: ${absorbed.join(', ')}`, 'dim')]),
    ...(rule.sample === undefined ? [] : [`<p>first: <code>${escapeHtml(rule.sample)}</code></p>`]),
    ...(keys.length === 0
      ? []
      : [
          `<table><thead><tr><th>commonest keys</th><th class="n">raises</th></tr></thead><tbody>${keys.join('')}</tbody></table>`,
        ]),
    ...(more <= 0
      ? []
      : [paragraph(`and ${rule.keysAreExact ? '' : 'more than '}${more} other keys`, 'dim')]),
  ];
}

const silentRules = (rules: readonly RuleResult[]): string =>
  `<p class="dim">Brought no alert: ${rules
    .map(({ rule, matched }) => escapeHtml(matched === 0 ? rule : `${rule} (${matched} lines matched)`))
    .join(', ')}</p>`;

function channelSection(channel: ChannelResult, days: readonly string[]): readonly string[] {
  const { messages, parts, cost, price } = channel;
  const limited = new Set(channel.limits.flatMap((limit) => limit.days.map(({ day }) => day)));
  const money = price === 0 ? '' : `, $${cost.toFixed(3)} at $${price} each`;
  return [
    `<h3>${escapeHtml(`${channel.channel} (${channel.kind})`)}</h3>`,
    paragraph(`${grouped(messages)} messages in ${grouped(parts)} parts${money}`),
    barChart(
      days,
      perDay(days, channel.days, ({ messages }) => messages),
      `messages by ${channel.channel} by day`,
      limited,
    ),
    ...channel.limits.map(({ limit, window, days: reached }) => {
      const name = `${limit} in ${formatDuration(millis(window))}`;
      if (reached.length === 0) return paragraph(`limit of ${name}: never reached`, 'dim');
      const named = reached.map(({ day, times }) => (times > 1 ? `${day} (${times} times)` : day));
      return paragraph(`limit of ${name} reached on ${reached.length} days: ${named.join(', ')}`, 'bad');
    }),
  ];
}

function receiverTable(receivers: BacktestResult['receivers']): string {
  const rows = receivers.map(({ receiver, raised, delivered, joined, muted, held, pending, undelivered }) => {
    const why = Object.entries(muted).map(([reason, raises]) => `${raises} ${reason}`);
    return (
      `<tr><td>${escapeHtml(receiver)}</td>${numbers([raised, delivered, joined])}<td>${escapeHtml(why.join(', '))}</td>` +
      `${numbers([held + pending, undelivered])}</tr>`
    );
  });
  return (
    '<h2>Receivers</h2><table><thead><tr><th>receiver</th><th class="n">raises</th><th class="n">delivered</th><th class="n">joined</th>' +
    `<th>muted</th><th class="n">still waiting</th><th class="n">given up</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  );
}

const proposals = (all: NonNullable<BacktestResult['proposals']>): readonly string[] =>
  all.length === 0
    ? []
    : ['<h2>Proposals</h2>', list(all.map(({ rule, set, why }) => `${rule}: ${set}: ${why}`))];

function notes({ notes, logs }: BacktestResult): readonly string[] {
  const failures = logs.flatMap((log) => log.failures.map(({ file, why }) => `not read: ${file}: ${why}`));
  const said = notes.map(({ text, times }) => (times > 1 ? `${text} (${times} times)` : text));
  return failures.length + said.length === 0 ? [] : ['<h2>Notes</h2>', list([...failures, ...said])];
}

const paragraph = (text: string, className?: string): string =>
  `<p${className === undefined ? '' : ` class="${className}"`}>${escapeHtml(text)}</p>`;

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;

const numbers = (all: readonly number[]): string =>
  all.map((number) => `<td class="n">${grouped(number)}</td>`).join('');
