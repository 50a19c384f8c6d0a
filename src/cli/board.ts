import { styleText } from 'node:util';
import type { ChannelConfig, Config } from '../config/config.ts';
import type { Channel } from '../channels/contract.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import { openStage } from '../daemon/stage.ts';
import { safeLine } from '../kit/terminal.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { Program, Severity } from '../model/program.ts';
import { instant, latest, type Instant } from '../model/time.ts';
import { clockTime } from '../render/clock.ts';

/** Most alerts that a board is made of. */
export const mostOnBoard = 20_000;

/** The same configuration with screens that say nothing: a board is shown at the end instead. */
export function withoutWords(config: Config): Config {
  const silent: Channel = { send: async () => ({ type: 'sent' }), close: async () => undefined };
  const channels = config.channels.map((channel): ChannelConfig => ({
    ...channel,
    kind: { ...channel.kind, open: async () => silent },
  }));
  return { ...config, channels };
}

/** All that was raised of one rule and key, however often it began anew. */
interface BoardEntry {
  readonly newest: Alert;
  readonly seen: number;
  readonly first: Instant;
  readonly last: Instant;
  readonly episodes: number;
}

/** What was found in a log, as lines for a person: each thing once, the worst first, with how often it was seen. */
export async function boardOf(
  alerts: readonly Alert[],
  config: Config,
  isColoured: boolean,
): Promise<readonly string[]> {
  const stage = await openStage(config, { match: createMatchPorts() });
  const entries = entriesOf(alerts, config.program);
  return entries.flatMap((entry) => {
    const { newest, seen, first, last, episodes } = entry;
    const title = safeLine(stage.title(shownOnce(newest), newest, last));
    const word = newest.severity.toUpperCase().padEnd(8);
    const head = isColoured ? styleText(colours[newest.severity], word, { validateStream: false }) : word;
    const times = seen === 1 ? 'once' : `${seen} times`;
    const often = episodes === 1 ? '' : ` in ${episodes} bursts`;
    const from = clockTime(first, instant(0), config.zone);
    const until = last === first ? '' : ` to ${clockTime(last, first, config.zone)}`;
    const host = newest.last.host === undefined ? '' : ` (${newest.last.host})`;
    return [
      `${head}  ${title}`,
      safeLine(`    seen ${times}${often}, ${from}${until}${host}`),
      ...(newest.last.line === '' ? [] : [safeLine(`    ${newest.last.line}`)]),
    ];
  });
}

const colours = { critical: 'red', warning: 'yellow', info: 'cyan' } as const;
const ranks: readonly Severity[] = ['critical', 'warning', 'info'];

function entriesOf(alerts: readonly Alert[], program: Program): readonly BoardEntry[] {
  const entries = new Map<string, BoardEntry>();
  for (const alert of alerts) {
    const name = JSON.stringify([alert.rule, alert.key]);
    const entry = entryOf(alert, program);
    const before = entries.get(name);
    entries.set(name, before === undefined ? entry : together(before, entry));
  }
  const rank = ({ newest }: BoardEntry): number => ranks.indexOf(newest.severity);
  return [...entries.values()].toSorted((a, b) => rank(a) - rank(b) || a.first - b.first);
}

function entryOf(alert: Alert, program: Program): BoardEntry {
  const { firstAt, lastAt, last, raises } = alert;
  return {
    newest: alert,
    seen: raises + linesBefore(alert, program),
    first: instant(Math.min(firstAt, last.first)),
    last: isOfLines(alert, program) ? last.last : latest(lastAt, last.last),
    episodes: 1,
  };
}

/** Kinds whose raises are lines: the line says when, also one that stands among later ones. */
const ofLines: readonly string[] = ['each', 'count', 'sequence', 'first', 'rate', 'novel'];

const isOfLines = ({ rule: id }: Alert, { rules }: Program): boolean =>
  ofLines.includes(rules.find((known) => known.id === id)?.kind ?? '');

/** A rule that counts lines raises first when enough have come: those before were seen too. */
function linesBefore({ rule: id }: Alert, { rules }: Program): number {
  const rule = rules.find((known) => known.id === id);
  const reach = rule?.kind === 'count' && rule.options['distinct'] === undefined ? rule.options['reach'] : 1;
  return typeof reach === 'number' ? reach - 1 : 0;
}

const together = (a: BoardEntry, b: BoardEntry): BoardEntry => ({
  newest: a.last > b.last ? a.newest : b.newest,
  seen: a.seen + b.seen,
  first: instant(Math.min(a.first, b.first)),
  last: latest(a.last, b.last),
  episodes: a.episodes + b.episodes,
});

const shownOnce = ({ id, severity, firstAt }: Alert): Notification => ({
  id,
  alerts: [id],
  severity,
  receiver: 'screen',
  channel: 'screen',
  hop: 0,
  reason: 'first',
  state: 'sent',
  createdAt: firstAt,
  dueAt: firstAt,
  attempt: 1,
  part: 0,
});
