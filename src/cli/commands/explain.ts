import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { alertingRules } from '../../daemon/alerting-rules.ts';
import { localTime } from '../../daemon/local-time.ts';
import { createMatchPorts } from '../../daemon/node-ports.ts';
import { createWording } from '../../daemon/wording.ts';
import { present } from '../../kit/assert.ts';
import { instant } from '../../model/time.ts';
import { createExplainer } from '../../trial/explain.ts';
import type { MessageOf } from '../../trial/explain-alert.ts';
import { explanationLines } from '../../trial/explain-text.ts';
import { exit, type ExitCode } from '../exit.ts';
import { standingMachines } from '../explain-state.ts';
import { readConfig, readWatchConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { readStdin } from '../stdin.ts';
import { complain, print, printJson } from '../terminal.ts';

/** What `explain` is told. */
export interface ExplainFlags {
  readonly source?: string;
  readonly rule?: readonly string[];
  readonly rules?: readonly string[];
  /** Begin as if nothing had happened so far, at the time of the line. */
  readonly fresh?: boolean;
}

/** `explain LINE|-`: what each step makes of a line. Nothing is kept, and nobody hears of it. */
export async function explain(
  settings: Settings,
  args: readonly string[],
  flags: ExplainFlags,
): Promise<ExitCode> {
  const { rule = [], rules = [] } = flags;
  const isConfigured = !settings.configIsDefault || settings.config.some((path) => existsSync(path));
  const usesConfig = isConfigured && rule.length + rules.length === 0;
  const config = usesConfig
    ? await readConfig(settings, { onScreen: false })
    : await readWatchConfig({ files: ['-'], once: true, rules: rule, ruleFiles: rules });
  if (config === undefined) return exit.badConfiguration;
  const source = config.sources.find(({ name }) => name === flags.source);
  if (flags.source !== undefined && source === undefined) {
    complain(
      `there is no source ${flags.source}; there are ${config.sources.map(({ name }) => name).join(' ')}`,
    );
    return exit.usage;
  }
  const match = createMatchPorts();
  const seen = source === undefined ? unbound(config) : config;
  const state = usesConfig && flags.fresh !== true ? settings.state : undefined;
  const stood = await standingMachines(seen, state, match);
  if (!stood.ok) {
    complain(`the ledger in ${settings.state} cannot be read: ${stood.failure.detail}`);
    return exit.failed;
  }
  const { engine, rows, alerting, nextSeq, isKept } = stood.machines;
  const explainer = createExplainer({
    program: seen.program,
    engineOptions: {
      match,
      localTime,
      limits: { keysPerRule: config.limits.keysPerRule },
      late: config.late,
      sources: config.sources.map(({ name }) => name),
    },
    engine,
    rows,
    alerting,
    alertingRules: alertingRules(config),
    ...(source === undefined ? {} : { source }),
    zone: config.zone,
    now: instant(Date.now()),
    clock: isKept ? 'present' : 'line',
    nextSeq,
    messageOf: await messagesOf(config),
  });
  const lines = await linesOf(args);
  for (const [index, line] of lines.entries()) {
    const explanation = explainer.explain(line);
    if (settings.json) printJson(explanation);
    else {
      if (index > 0) print('');
      for (const text of explanationLines(explanation)) print(text);
    }
  }
  return exit.done;
}

/** Rules that are bound to a source, for a line that is of none in particular. */
function unbound(config: Config): Config {
  const rules = config.program.rules.map(({ from: _from, ...rule }) => rule);
  return { ...config, program: { ...config.program, rules } };
}

async function linesOf(args: readonly string[]): Promise<readonly string[]> {
  if (args.length !== 1 || args[0] !== '-') return [args.join(' ')];
  const text = await readStdin();
  // A line ends with LF or CR LF, as in a source.
  return text.split(/\r?\n/).filter((line, index, all) => line !== '' || index < all.length - 1);
}

async function messagesOf(config: Config): Promise<MessageOf> {
  const channels = new Map(config.channels.map((channel) => [channel.name, channel]));
  const channelOf = (name: string) => present(channels.get(name), `channel ${name}`);
  const wording = await createWording(
    config.program,
    (name) => channelOf(name).kind.shape,
    config.zone,
    createMatchPorts(),
  );
  return (notification, alert, now) => {
    const { kind, price } = channelOf(notification.channel);
    const message = wording(notification, [alert], now);
    return {
      message,
      kind: kind.kind,
      lengths: message.parts.map(kind.shape.measure),
      price: price ?? kind.price ?? 0,
    };
  };
}
