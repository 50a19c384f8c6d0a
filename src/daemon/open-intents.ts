import type { Signal } from '../model/intent.ts';
import { createCarrier, type CarrierPorts } from './intents/carrier.ts';
import type { IntentLimits } from './intents/contract.ts';
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
  /** Tells the program of a signal that a rule sent it; absent: as if it had come from outside. */
  readonly asked?: CarrierPorts['asked'];
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
  ports: Pick<IntentPorts, 'log' | 'reach' | 'offer'> & Pick<CarrierPorts, 'inputs'>,
): Intents & { signal(signal: Signal): Promise<void> } {
  const limits = { ...defaultLimits, ...settings.limits };
  const carrier = settings.carryOut
    ? createCarrier({
        limits,
        environment: environmentFrom(process.env, settings.environment),
        stdout: settings.stdout ?? createStdout(process.stdout, limits.queued),
        say: settings.say ?? ((rule, text) => ports.log.info('rule', { rule, text })),
        showCommands: settings.showCommands === true,
        inputs: ports.inputs,
        asked: settings.asked ?? emulate,
        offer: ports.offer,
      })
    : createShownOnly(ports.log);
  return {
    ...createIntents({ ...ports, limits, carrier }),
    async signal(signal) {
      const make = await carrier.signal(signal);
      await new Promise<void>((committed) => ports.offer({ make, committed }));
    },
  };
}

/**
 * What listens to signals in this process hears of one, and only that: it does none of the things that the
 * system does where nothing listens. INT is about SEC's own log, and USR2 is done when outputs are closed.
 */
function emulate(signal: Signal): void {
  if (signal === 'INT' || signal === 'USR2') return;
  const name = signal === 'ABRT' ? 'SIGHUP' : (`SIG${signal}` as const);
  process.emit(name, name);
}
