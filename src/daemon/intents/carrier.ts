import type { Intent, RunIntent, Signal } from '../../model/intent.ts';
import { unreachable } from '../../kit/assert.ts';
import type { IntentRow } from '../../store/contract.ts';
import type { ChildEnd } from './child.ts';
import { createCommands } from './commands.ts';
import { done, lost, type IntentLimits, type MakeInput, type Outcome, type Report } from './contract.ts';
import { createDatagrams } from './datagrams.ts';
import { createFiles } from './files.ts';
import { createPipes } from './pipes.ts';
import { shown } from './shown.ts';
import type { Look } from './stdout.ts';
import { createStreams } from './streams.ts';
import { createUnixDatagrams } from './unix-datagrams.ts';

/** Intents that concern the program's own inputs. */
export type InputIntent = Extract<Intent, { readonly type: 'watch' | 'unwatch' }>;

export interface CarrierPorts {
  readonly limits: IntentLimits;
  /** A line that a rule wants in the log, already safe for a terminal. */
  readonly say: (rule: string, text: string) => void;
  /** All that commands find in their environment. */
  readonly environment: { readonly [name: string]: string };
  readonly stdout: (text: string, look?: Look) => Promise<Outcome>;
  /** What commands print goes there too. */
  readonly showCommands?: boolean;
  /** Opens or drops an input of a rule. */
  readonly inputs: (rule: string, intent: InputIntent) => Promise<Outcome>;
  /** A rule sent the program a signal: what it asks of the program besides its rules and outputs. */
  readonly asked: (signal: Signal) => void;
  readonly offer: (report: Report) => void;
}

/** What became of an intent, and the input that its rule gets for it; `committed` is called when both are safe. */
export interface Carried {
  readonly outcome: Outcome;
  readonly make?: MakeInput;
  readonly committed?: () => void;
}

/** Does what intents say, each kind by its own module. */
export interface Carrier {
  /** Never rejects. Undefined: it was cut off by the stop, so that nobody knows. */
  carry(row: IntentRow): Promise<Carried | undefined>;
  /** What a signal asks of outputs, and the input that rules get for it. */
  signal(signal: Signal): Promise<MakeInput>;
  /** Closes files and connections behind what waits for them; they open again when they are needed. */
  closeOutputs(): Promise<void>;
  /** Lets commands and what waits end, at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Signals after which outputs open anew. */
const closing: readonly Signal[] = ['HUP', 'ABRT', 'USR2'];

/** A carrier with nothing open. */
export function createCarrier(ports: CarrierPorts): Carrier {
  const { limits } = ports;
  const files = createFiles(limits);
  const streams = createStreams(limits);
  const datagrams = createDatagrams(limits);
  const unixDatagrams = createUnixDatagrams(limits, ports.environment);
  const pipes = createPipes({
    environment: ports.environment,
    queued: limits.queued,
    ...(ports.showCommands === true ? { output: (text: string) => void ports.stdout(text) } : {}),
  });
  const commands = createCommands({
    environment: ports.environment,
    limits,
    shown: ports.showCommands === true,
  });

  const run = async (rule: string, intent: RunIntent): Promise<Carried | undefined> => {
    const { child } = intent;
    const end = await commands.run(intent, (text, committed) => {
      if (!intent.outputs) return void ports.stdout(`${text}\n`).then(committed);
      ports.offer({
        make: (now, seq) => ({ type: 'commandOutput', seq, now, child, rule, text }),
        committed,
      });
    });
    if (end.type === 'stopped') return undefined;
    const outcome = outcomeOf(end);
    if (!intent.reports) return { outcome };
    // SEC takes a script that was killed for one that said yes.
    const exit = end.type === 'exited' && end.killed ? 0 : end.exit;
    return { outcome, make: (now, seq) => ({ type: 'commandFinished', seq, now, child, rule, exit }) };
  };

  const send = (intent: Extract<Intent, { readonly type: 'send' }>): Promise<Outcome> => {
    const { network, address, text } = intent;
    switch (network) {
      case 'udp':
        return datagrams.send(address, text);
      case 'udgram':
        return unixDatagrams.send(address, text);
      case 'tcp':
      case 'ustream':
        return streams.send(network, address, text);
      default:
        return unreachable(network);
    }
  };

  const hangUp = ({ network, address }: Extract<Intent, { readonly type: 'hangUp' }>): void => {
    if (network === 'udp') datagrams.hangUp(address);
    if (network === 'tcp' || network === 'ustream') streams.hangUp(network, address);
  };

  const closeOutputs = async (): Promise<void> => {
    streams.hangUpAll();
    datagrams.hangUpAll();
    pipes.closeAll();
    await files.closeAll();
  };

  const takeSignal = async (signal: Signal, rule: string): Promise<Carried> => {
    if (closing.includes(signal)) await closeOutputs();
    return { outcome: done, make: controlOf(signal, rule), committed: () => ports.asked(signal) };
  };

  return {
    async signal(signal) {
      if (closing.includes(signal)) await closeOutputs();
      return controlOf(signal);
    },
    async carry({ rule, intent }) {
      switch (intent.type) {
        case 'write':
          return intent.file === '-'
            ? {
                outcome: await ports.stdout(intent.how === 'line' ? `${intent.text}\n` : intent.text, intent),
              }
            : { outcome: await files.write(intent) };
        case 'closeFile':
          return { outcome: await files.close(intent.file) };
        case 'log':
          ports.say(rule, shown(intent.text));
          return { outcome: done };
        case 'send':
          return { outcome: await send(intent) };
        case 'hangUp':
          hangUp(intent);
          return { outcome: done };
        case 'run':
          return run(rule, intent);
        case 'pipe':
          return { outcome: await pipes.write(rule, intent.command, intent.text) };
        case 'closePipe':
          pipes.close(rule);
          return { outcome: done };
        case 'watch':
        case 'unwatch':
          return { outcome: await ports.inputs(rule, intent) };
        case 'signal':
          return takeSignal(intent.signal, rule);
        default:
          return unreachable(intent);
      }
    },
    closeOutputs,
    async stop(graceMs) {
      const cut = setTimeout(streams.destroy, graceMs);
      await Promise.all([commands.stop(graceMs), pipes.stop(graceMs), closeOutputs()]);
      clearTimeout(cut);
      unixDatagrams.close();
    },
  };
}

/** `rule`: the one that it is for; absent: all. */
export const controlOf =
  (signal: Signal, rule?: string): MakeInput =>
  (now, seq) => ({ type: 'control', seq, now, signal, ...(rule === undefined ? {} : { rule }) });

function outcomeOf(end: Exclude<ChildEnd, { readonly type: 'stopped' }>): Outcome {
  switch (end.type) {
    case 'exited':
      return end.exit === 0 ? done : { type: 'done', text: exitText(end.exit, end.lastLine) };
    case 'notStarted':
      return lost(end.why);
    case 'timedOut':
      return { type: 'done', text: 'it ran too long and was ended' };
    default:
      return unreachable(end);
  }
}

const exitText = (exit: number, lastLine: string): string =>
  `exit ${exit}${lastLine === '' ? '' : `: ${shown(lastLine)}`}`;
