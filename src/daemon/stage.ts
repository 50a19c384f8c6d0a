import type { Config } from '../config/config.ts';
import type { Stage } from '../rehearsal/contract.ts';
import type { MatchPorts } from '../match/contract.ts';
import { plainShape } from '../render/x-text.ts';
import { localTime } from './local-time.ts';
import { createWording } from './wording.ts';

/** What the tests of a configuration are played with; rules that ask Perl need `perl`. */
export async function openStage(
  config: Config,
  ports: { readonly match: MatchPorts; readonly perl?: NonNullable<Stage['perl']> },
): Promise<Stage> {
  const { program, limits, late, zone, sources } = config;
  const wording = await createWording(program, () => plainShape, zone, ports.match);
  return {
    program,
    ...ports,
    limits,
    late,
    zone,
    localTime,
    sources: sources.map(({ name, format }) => ({ name, format })),
    title: (notification, alert, now) => wording(notification, [alert], now).payload.title,
  };
}
