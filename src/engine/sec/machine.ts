import type { Signal } from '../../model/intent.ts';
import { instant } from '../../model/time.ts';
import type { SecInput, SecMachine, SecPorts } from './contract.ts';
import { keepHouse, nextDue } from './housekeeping.ts';
import { createInstance, type Instance } from './instance.ts';
import type { SecProgram } from './program.ts';
import { createStateRows } from './rows.ts';

/** Puts an instance of SEC to work. It knows the time only from its inputs. */
export function createSecMachine(program: SecProgram, ports: SecPorts): SecMachine {
  const instance = createInstance(program, ports);
  const { clock, files, outputs } = instance;
  const rows = createStateRows(instance);
  const rounds = createRounds(program, ports, instance);

  return {
    step(input) {
      const second = Math.max(clock.now, Math.floor(input.now / 1000));
      rounds.begin(second);
      if (input.type === 'tick') {
        if (input.resumed) instance.calendar.skip(second - (second % 60));
        rounds.pass(second);
      } else {
        clock.now = second;
        rounds.take(input);
      }
      return outputs.take();
    },
    nextWake() {
      const kept = clock.kept === undefined ? undefined : rounds.nextKept();
      const second = instance.events.queued() ? Math.min(clock.now + 1, kept ?? Infinity) : kept;
      return second === undefined ? undefined : instant(second * 1000);
    },
    changes: rows.changes,
    restore: rows.restore,
    counts: files.counts,
    inputs: instance.inputs.all,
  };
}

/** SEC's main loop, from outside. */
interface Rounds {
  /** The first input of all says when the clock begins. */
  begin(second: number): void;
  /** Lets the seconds up to `to` pass as they do when nothing comes. */
  pass(to: number): void;
  take(input: Exclude<SecInput, { type: 'tick' }>): void;
  /** The second of the first housekeeping that may find something due; undefined: none in sight. */
  nextKept(): number | undefined;
}

function createRounds({ settings }: SecProgram, { limits }: SecPorts, instance: Instance): Rounds {
  const { clock, events, outputs } = instance;
  const { cleantime, intcontexts } = settings;
  /** Housekeeping that is done in every round is done every second while nothing happens. */
  const pause = Math.max(1, cleantime);

  let over = false;

  const kept = (): number => clock.kept ?? clock.now - pause;

  const keep = (): void => {
    clock.kept = clock.now;
    keepHouse(instance);
  };

  const keepIfDue = (): void => {
    if (clock.now - kept() >= cleantime) keep();
  };

  /** One line or event through the rules, then housekeeping if it is time. */
  const round = (text: string, source: string | undefined, context: string): void => {
    instance.look(text, source, intcontexts ? context : undefined);
    keepIfDue();
  };

  /** Handles synthetic events, one a round, until there are no more; a signal that a rule sends comes first. */
  const drain = (): void => {
    for (let handled = 0; handled < limits.eventsPerInput; handled += 1) {
      if (outputs.signalled()) return;
      const event = events.take();
      if (event === undefined) return;
      round(event.text, undefined, event.context ?? '_INTERNAL_EVENT');
    }
    const dropped = events.drop();
    if (dropped > 0) outputs.limit('events', `rules make events without end: ${dropped} are dropped`);
  };

  /** The first round of all handles an event before it looks for signals. */
  const startUp = (): void => {
    internal('SEC_STARTUP');
    keep();
    const event = outputs.signalled() ? events.take() : undefined;
    if (event !== undefined) round(event.text, undefined, event.context ?? '_INTERNAL_EVENT');
  };

  const nextKept = (): number | undefined => {
    const from = kept();
    const due = nextDue(instance, from + pause);
    return due === undefined ? undefined : from + pause * Math.max(1, Math.ceil((due - from) / pause));
  };

  const internal = (name: string): void => {
    if (!settings.intevents) return;
    outputs.internal(name);
    instance.look(name, undefined, 'SEC_INTERNAL_EVENT');
  };

  const { output, finished } = createAnswers(instance);

  const heed = ({ signal, half }: Extract<SecInput, { type: 'signal' }>): void => {
    const name = RESTARTS.get(signal);
    if (name === undefined) return;
    // Else a rule that answers a restart with a restart would go on for ever.
    outputs.lose(signal);
    if (half !== 'after') internal(`SEC_PRE_${name}`);
    if (half !== 'before' && signal === 'HUP') forgetAll(instance);
    if (half !== 'before') internal(`SEC_${name}`);
    outputs.lose(undefined);
  };

  return {
    nextKept,
    begin(second) {
      if (clock.kept !== undefined) return;
      clock.kept = second - pause;
      clock.begun = second;
    },
    pass(to) {
      // Within the second of a signal that a rule sent, events wait for the signal.
      if (to > clock.now) drain();
      for (let next = nextKept(); next !== undefined && next <= to; next = nextKept()) {
        clock.now = Math.max(clock.now, next);
        keep();
        drain();
        if (outputs.signalled()) return;
      }
      clock.now = to;
      if (to - kept() >= pause) clock.kept = to - ((to - kept()) % pause);
    },
    take(input) {
      if (input.type === 'ended') {
        // A rule may have ended the program before the world did.
        if (!over) internal('SEC_SHUTDOWN');
        over = true;
        events.drop();
        return;
      }
      // A signal is looked at after housekeeping, and before events.
      if (input.type === 'signal') keepIfDue();
      else drain();
      if (input.type === 'started') startUp();
      else if (input.type === 'signal') {
        heed(input);
        if (input.half !== undefined) return;
      } else if (input.type === 'output') output(input.child, input.text);
      else if (input.type === 'finished') finished(input.child, input.exit);
      else round(input.text, input.source, input.context ?? `_FILE_EVENT_${input.source}`);
      drain();
      keepIfDue();
      drain();
    },
  };
}

/** The signals that make internal events, with the names of these. */
const RESTARTS: ReadonlyMap<Signal, string> = new Map([
  ['HUP', 'RESTART'],
  ['ABRT', 'SOFTRESTART'],
  ['USR2', 'LOGROTATE'],
]);

/**
 * What a full restart leaves: the queue, the lines that patterns of several lines look at, and commands, which
 * are waited for as before.
 */
function forgetAll(instance: Instance): void {
  const { calendar, contexts, events, inputs, operations, outputs, variables } = instance;
  for (const { file } of inputs.all().toSorted((a, b) => (a.file < b.file ? -1 : 1))) outputs.unwatch(file);
  for (const part of [calendar, contexts, events, inputs, operations, variables]) part.clear();
}

/** What comes back from commands. */
function createAnswers({ children, events, outputs, run }: Instance) {
  return {
    /** Each line becomes an event; a newline at the end ends the last of them. */
    output(child: string, text: string): void {
      const awaited = children.get(child);
      if (awaited?.type !== 'events' || text === '') return;
      for (const line of text.replace(/\n$/, '').split('\n')) events.push(line, awaited.context);
    },
    finished(child: string, exit: number | undefined): void {
      const awaited = children.get(child);
      children.forget(child);
      if (awaited?.type !== 'script') return;
      const { scene, zero, other } = awaited;
      if (exit === undefined)
        outputs.warn('child-lost', 'a script was lost: none of its lists runs', scene.place);
      else run({ actions: exit === 0 ? zero : other, scene });
    },
  };
}
