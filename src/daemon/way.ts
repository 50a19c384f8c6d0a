import type { Config } from '../config/config.ts';
import { present } from '../kit/assert.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Outside } from './answers.ts';
import { alertingRules } from './alerting-rules.ts';
import type { Machines } from './machines.ts';
import { createIntake } from './intake.ts';
import type { Way } from './loop.ts';
import { ruleHashes, type Build, type MakeEngine } from './recovery.ts';
import { createWording } from './wording.ts';

/** What the machines are built from. */
export const buildOf = (config: Config, outside: Outside, makeEngine?: MakeEngine): Build => ({
  program: config.program,
  alerting: alertingRules(config),
  outside,
  ...(makeEngine === undefined ? {} : { makeEngine }),
  keysPerRule: config.limits.keysPerRule,
  late: config.late,
  sources: config.sources.map(({ name }) => name),
});

/**
 * Everything of a way but its machines: those are joined at one stroke, between two turns, because
 * whatever the old ones decide after the new ones were recovered would be lost.
 */
export async function prepareWay(config: Config, match: MatchPorts): Promise<(machines: Machines) => Way> {
  const shapes = new Map(config.channels.map((channel) => [channel.name, channel.kind.shape]));
  const intakes = new Map(
    config.sources.map((source) => [source.name, createIntake(source, config.program, config.zone, match)]),
  );
  const wording = await createWording(
    config.program,
    (channel) => present(shapes.get(channel), `shape of channel ${channel}`),
    config.zone,
    match,
  );
  const rules = ruleHashes(config.program);
  return (machines) => ({ machines, intakes, wording, rules });
}
