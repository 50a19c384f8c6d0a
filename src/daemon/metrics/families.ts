import { formatDuration } from '../../kit/duration.ts';
import type { Metrics } from './contract.ts';
import type { Family, Sample } from './exposition.ts';
import { alone, by, counter, gauge, plain, sampleOf } from './family.ts';

/** Everything that is given out, family by family. Labels hold configured names only, never text of a log. */
export function familiesOf(metrics: Metrics): readonly Family[] {
  return [
    ...wayIn(metrics),
    ...rulesAndAlerts(metrics),
    ...wayOut(metrics),
    ...memory(metrics),
    ...machine(metrics),
  ];
}

function wayIn({ sources, catchingUp, startedAt }: Metrics): readonly Family[] {
  const created = startedAt / 1000;
  const each = (value: (source: Metrics['sources'][number]) => number | undefined): readonly Sample[] =>
    sources.flatMap((source) => sampleOf({ source: source.name }, value(source)));
  return [
    counter(
      'source_lines',
      'Records read.',
      created,
      each(({ lines }) => lines),
    ),
    counter(
      'source_bytes',
      'Bytes read.',
      created,
      each(({ bytes }) => bytes),
      'bytes',
    ),
    counter(
      'source_candidates',
      'Records that some rule could match.',
      created,
      each(({ candidates }) => candidates),
    ),
    counter(
      'source_implausible_times',
      'Records whose own time was not plausible.',
      created,
      each(({ implausible }) => implausible),
    ),
    gauge(
      'source_lag_seconds',
      'How old what is read next is; 0 when all is read.',
      each(({ lagSeconds }) => lagSeconds),
      'seconds',
    ),
    gauge(
      'source_lag_bytes',
      'Bytes that are there and not read yet.',
      each(({ lagBytes }) => lagBytes),
      'bytes',
    ),
    gauge(
      'source_streams',
      'Streams (files) by how they stand.',
      sources.flatMap(({ name, streams }) =>
        Object.entries(streams).map(([condition, value]) => ({ labels: { source: name, condition }, value })),
      ),
    ),
    gauge('sources_catching_up', 'Sources that hold the clock of rules back.', alone(catchingUp.length)),
  ];
}

function rulesAndAlerts({ rules, alerts, raises, startedAt, silences, breaches }: Metrics) {
  const each = (value: (rule: Metrics['rules'][number]) => number): readonly Sample[] =>
    rules.map((rule) => ({ labels: { rule: rule.rule }, value: value(rule) }));
  const { held, pending, ...ended } = raises;
  return [
    counter(
      'rule_matches',
      'Matches since the ledger began.',
      undefined,
      each(({ matched }) => matched),
    ),
    counter(
      'rule_raises',
      'Of these, those that raised.',
      undefined,
      each(({ raised }) => raised),
    ),
    counter(
      'rule_timeouts',
      'Matches cut off by the time limit.',
      undefined,
      each(({ timedOut }) => timedOut),
    ),
    counter(
      'rule_evictions',
      'Correlations that gave way, for there were too many.',
      undefined,
      each(({ evicted }) => evicted),
    ),
    counter('alerts', 'Alerts that began.', startedAt / 1000, by('severity', alerts.raised)),
    gauge('open_alerts', 'Alerts that are open.', by('severity', alerts.open)),
    counter(
      'raises_ended',
      'What became of raises for their receivers, since the ledger began.',
      undefined,
      by('as', ended),
    ),
    gauge('raises_waiting', 'Raises on their way to receivers.', by('as', { held, pending })),
    gauge('silences', 'Silences that have not ended.', alone(silences)),
    gauge('sum_breaches', 'Sums of raises that do not hold: there should be none.', alone(breaches)),
  ];
}

const channelStates = ['working', 'failing', 'paused', 'refused', 'out-of-credit', 'spent', 'gone'];

function wayOut({ channels, startedAt }: Metrics): readonly Family[] {
  const created = startedAt / 1000;
  const each = (value: (channel: Metrics['channels'][number]) => number | undefined): readonly Sample[] =>
    channels.flatMap((channel) => sampleOf({ channel: channel.name }, value(channel)));
  const ofBudgets = (value: (budget: Budget) => number): readonly Sample[] =>
    channels.flatMap(({ name, budgets }) =>
      tightest(budgets).map((budget) => ({
        labels: { channel: name, window: formatDuration(budget.window) },
        value: value(budget),
      })),
    );
  return [
    counter(
      'deliveries',
      'Attempts by what the channel answered.',
      created,
      channels.flatMap(({ name, outcomes }) =>
        outcomes.map(({ outcome, reason, count }) => ({
          labels: { channel: name, outcome, reason },
          value: count,
        })),
      ),
    ),
    {
      name: 'bird_sentinel_delivery_latency_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'From the receipt of a line to the acceptance of its message.',
      created,
      samples: channels.map(({ name, latency }) => ({ labels: { channel: name }, ...latency })),
    },
    gauge(
      'channel_waiting',
      'Messages that wait.',
      each(({ waiting }) => waiting),
    ),
    gauge(
      'channel_under_way',
      'Attempts under way.',
      each(({ underWay }) => underWay),
    ),
    gauge(
      'channel_state',
      'How the channel stands: 1 for the state that holds.',
      channels.flatMap(({ name, state: held }) =>
        channelStates.map((state) => ({ labels: { channel: name, state }, value: Number(state === held) })),
      ),
    ),
    gauge(
      'budget_used',
      'Attempts that count in the rolling window.',
      ofBudgets(({ used }) => used),
    ),
    gauge(
      'budget_limit',
      'Most of them.',
      ofBudgets(({ limit }) => limit),
    ),
    gauge(
      'channel_spent_dollars',
      'US dollars in the last 24 hours, where messages have a price.',
      each(({ spentToday }) => spentToday),
    ),
  ];
}

type Budget = Metrics['channels'][number]['budgets'][number];

/** One for each window: of two with the same, the smaller limit is the one that counts. */
function tightest(budgets: readonly Budget[]): readonly Budget[] {
  const byWindow = new Map<number, Budget>();
  for (const budget of budgets) {
    const known = byWindow.get(budget.window);
    if (known === undefined || budget.limit < known.limit) byWindow.set(budget.window, budget);
  }
  return [...byWindow.values()];
}

function memory({ ledger, intents, startedAt }: Metrics): readonly Family[] {
  const created = startedAt / 1000;
  return [
    gauge('ledger_size_bytes', 'What the ledger takes on disk.', alone(ledger.bytes), 'bytes'),
    gauge('ledger_alerts', 'Alerts that are kept.', alone(ledger.alerts)),
    gauge('ledger_messages', 'Messages that are kept.', by('state', ledger.messages)),
    gauge('ledger_writable', '1 while the ledger can be written.', alone(Number(ledger.writable))),
    counter('ledger_commits', 'Rounds committed.', created, alone(ledger.commits)),
    gauge(
      'ledger_commit_median_seconds',
      'Of the last hundred commits.',
      sampleOf({}, ledger.commitMedianSeconds),
      'seconds',
    ),
    counter('ledger_checkpoints', 'Checkpoints written.', created, alone(ledger.checkpoints)),
    gauge(
      'ledger_checkpoint_seconds',
      'How long the last checkpoint took.',
      sampleOf({}, ledger.checkpointSeconds),
      'seconds',
    ),
    gauge(
      'ledger_checkpoint_timestamp_seconds',
      'When it was written.',
      sampleOf({}, ledger.checkpointAt),
      'seconds',
    ),
    counter('intents_done', 'What rules wanted done in the world, and was.', created, alone(intents.done)),
    counter('intents_lost', 'What of it was given up.', created, alone(intents.lost)),
    gauge('intents_running', 'What of it runs.', alone(intents.running)),
    gauge('intents_waiting', 'What of it waits.', alone(intents.waiting)),
  ];
}

/** Under the names that every client library of Prometheus gives them. */
function machine({ process: own, startedAt }: Metrics): readonly Family[] {
  const { cpuSeconds, rssBytes, openFds, maxFds } = own;
  const created = startedAt / 1000;
  return [
    {
      name: 'process_cpu_seconds',
      type: 'counter',
      unit: 'seconds',
      help: 'User and system time of the processor.',
      created,
      samples: alone(cpuSeconds),
    },
    plain('process_resident_memory_bytes', 'Memory that is resident.', rssBytes, 'bytes'),
    plain('process_open_fds', 'File descriptors that are open.', openFds),
    plain('process_max_fds', 'Most file descriptors.', maxFds),
    plain('process_start_time_seconds', 'When the program started.', created, 'seconds'),
  ];
}
