import type { Signal } from '../model/intent.ts';
import { createCarrier, type CarrierPorts } from './intents/carrier.ts';
import { lost, type IntentLimits } from './intents/contract.ts';
import { environmentFrom } from './intents/environment.ts';
import { createIntents, type IntentPorts, type Intents } from './intents/intents.ts';
import { defaultLimits } from './intents/limits.ts';
import { createShownOnly } from './intents/shown-only.ts';
import { createStdout } from './intents/stdout.ts';

/** How what rules want done is carried out. */
export interface IntentSettings {
  /** False: it is only said in the log what would be done. */
  readonly carryOut: boolean;
  readonly limits?: Partial<IntentLimits>;
  /** Variables of our environment that commands get besides those that name no secret. */
  readonly environment?: readonly string[];
  /** Adds and drops inputs; absent: no rule can. */
  readonly inputs?: CarrierPorts['inputs'];
  /** Takes the lines that rules write to the log; absent: our own log. */
  readonly say?: CarrierPorts['say'];
  /** What commands print goes to standard output, as it does with SEC; else it is left aside. */
  readonly showCommands?: boolean;
  /** Absent: our own standard output. */
  readonly stdout?: CarrierPorts['stdout'];
}

/** Intents as configured, with the way by which a signal from outside goes. */
export function openIntents(
  settings: IntentSettings,
  ports: Pick<IntentPorts, 'log' | 'reach' | 'offer'>,
): Intents & { signal(signal: Signal): void } {
  const limits = { ...defaultLimits, ...settings.limits };
  const carrier = settings.carryOut
    ? createCarrier({
        limits,
        environment: environmentFrom(process.env, settings.environment),
        stdout: settings.stdout ?? createStdout(process.stdout, limits.queued),
        say: settings.say ?? ((rule, text) => ports.log.info('rule', { rule, text })),
        showCommands: settings.showCommands === true,
        inputs: settings.inputs ?? (async () => lost('inputs cannot be added or dropped here')),
        offer: ports.offer,
      })
    : createShownOnly(ports.log);
  return {
    ...createIntents({ ...ports, limits, carrier }),
    signal: (signal) => void carrier.signal(signal).then((make) => ports.offer({ make })),
  };
}
