import type { MatchPorts } from '../match/contract.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Event } from '../model/event.ts';
import type { Intent } from '../model/intent.ts';
import type { JsonObject } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { AlertAction, Rule } from '../model/program.ts';
import { latest, type Instant } from '../model/time.ts';
import type { RuleMachine, RuleSurroundings } from './rule-machine.ts';
import type { AddedInput, LocalTime, PerlAnswer, PerlCall, SecInput, SecOutput } from './sec/contract.ts';
import { createSecMachine } from './sec/machine.ts';
import { secLimits } from './sec/limits.ts';
import type { SecProgram } from './sec/program.ts';
import { reachedBy } from './occurrence.ts';
import { createTally, TALLY_KEY } from './tally.ts';
import type { Wakeable } from './timers.ts';

/** The stream that SEC's rules know as `-`. */
const STANDARD_INPUT = 'stdin';

/** The name of the source by which a file is read that a rule added while it ran. */
export const addedSource = (rule: string, file: string): string => `${rule}:${file}`;

/** The name under which a rule of the program is a whole set of SEC's rule files. */
export const secKind = 'sec';

/** What `rule.options` of such a rule holds. */
export interface SecRuleOptions {
  readonly program: SecProgram;
  /** SEC's actions that raise alerts instead of being carried out. */
  readonly on: readonly string[];
  /** The context bound to the lines of a source (`--input=FILE=CONTEXT`). */
  readonly contexts: { readonly [source: string]: string };
  /** `received`: time is that of receipt, as in SEC; `event`: the engine's clock, which knows of backlogs. */
  readonly time: 'received' | 'event';
}

/** What rule files of SEC need of the machine beyond what native rules do. */
export interface SecWorld {
  readonly match: MatchPorts;
  readonly perl?: (call: PerlCall) => PerlAnswer;
  readonly localTime: (at: Instant) => LocalTime;
}

/** Rule files of a dialect that has a machine of its own: a row of the registry. */
export interface RuleSetKind {
  readonly kind: string;
  create(rule: Rule, surroundings: RuleSurroundings, world: SecWorld): RuleMachine;
}

/** Writes the options into a rule. They are plain data. */
export const writeSecOptions = (options: SecRuleOptions): JsonObject => options as unknown as JsonObject;

// Only `writeSecOptions` makes the options of such a rule.
const readSecOptions = (options: JsonObject): SecRuleOptions => options as unknown as SecRuleOptions;

/** SEC's row among the dialects whose rule files run as one rule. */
export const sec: RuleSetKind = { kind: secKind, create: createSecRule };

/** One set of rule files at work as one rule of the engine. */
function createSecRule(rule: Rule, { share, ports }: RuleSurroundings, world: SecWorld): RuleMachine {
  const { program, on, contexts, time } = readSecOptions(rule.options);
  const machine = createSecMachine(program, { ...world, limits: secLimits });
  const alerts = rule.actions.filter((action): action is AlertAction => action.type === 'alert');
  const tally = createTally(rule.id);
  let restored: Row[] = [];
  let begun = false;
  /** Its rows were taken, and the time since then has not passed yet. */
  let resumes = false;
  let areAtEnd = false;
  let added: AddedSources | undefined;

  const text = (bytes: string): string =>
    world.match.decode(
      Uint8Array.from(bytes, (char) => char.charCodeAt(0)),
      0,
      bytes.length,
      'utf8',
    );

  /** What rules added, by the names of its sources. */
  const addedSources = (): AddedSources['named'] => {
    const inputs = machine.inputs();
    if (added?.inputs !== inputs)
      added = {
        inputs,
        named: new Map(inputs.map((input) => [addedSource(rule.id, text(input.file)), input])),
      };
    return added.named;
  };

  /** Of a file that was dropped some more lines may come; they are nothing any more. */
  const isOurs = (source: string): boolean =>
    addedSources().has(source) ||
    (rule.from?.includes(source) ?? !source.startsWith(addedSource(rule.id, '')));

  /** What SEC's rules know of the line's source. */
  const originOf = ({ source, stream }: Event): { readonly source: string; readonly context?: string } => {
    const input = addedSources().get(source);
    const context = input === undefined ? contexts[source] : input.context;
    const name = stream === STANDARD_INPUT ? '-' : (input?.file ?? stream);
    return context === undefined ? { source: name } : { source: name, context };
  };

  /** The rows come one by one, and the machine takes them together, before it does anything. */
  const takeRows = (): void => {
    if (restored.length === 0) return;
    begun = true;
    resumes = true;
    machine.restore(restored);
    restored = [];
  };

  const settle = (now: Instant): void => {
    takeRows();
    if (!resumes) return;
    resumes = false;
    step({ type: 'tick', now, resumed: true }, undefined, now);
  };

  const timer: Wakeable = {
    order: share.nextOrder(),
    place: -1,
    owner: {
      due: () => machine.nextWake() ?? Infinity,
      wake: (_, now) => tick(now as Instant),
    },
  };

  const step = (input: SecInput, event: Event | undefined, now: Instant): void => {
    for (const output of machine.step(input)) give(output, event, now);
  };

  /** Lets time pass up to `now`; the first time is the start. */
  const tick = (now: Instant): void => {
    settle(now);
    if (!begun) step({ type: 'started', now }, undefined, now);
    begun = true;
    step({ type: 'tick', now }, undefined, now);
    share.timers.set(timer);
  };

  /**
   * A source of other rules may hold the clock back: what this line begins must not be over when that one is
   * read. Where one of its own sources is behind the clock stays with that one, for lines of it are to come.
   */
  const reachedOf = (event: Event, now: Instant): Instant =>
    areAtEnd || rule.from?.length === 1 ? reachedBy(event, now) : now;

  const after = (input: SecInput, event: Event | undefined, now: Instant): void => {
    tick(input.now);
    step(input, event, now);
    share.timers.set(timer);
  };

  const give = (output: SecOutput, event: Event | undefined, now: Instant): void => {
    if (output.type === 'do') {
      if (on.includes(output.action)) raise(output, event, now);
      else ports.do({ rule: rule.id, action: output.action, desc: output.desc, intent: output.intent, now });
    } else if (output.type === 'warning') {
      const place = output.place === undefined ? rule.id : `${output.place.file}:${output.place.line}`;
      ports.effect({
        type: 'note',
        rule: rule.id,
        code: `sec.${output.code}`,
        text: `${place}: ${output.text}`,
      });
    }
  };

  const raise = (
    output: Extract<SecOutput, { type: 'do' }>,
    event: Event | undefined,
    now: Instant,
  ): void => {
    const occurrence = occurrenceOf(output, event, now, text);
    const key = [String(occurrence.fields['place']), text(output.desc)];
    tally.raised();
    for (const { severity, quiet } of alerts) {
      ports.raise({
        type: 'raise',
        rule: rule.id,
        key,
        severity,
        occurrence,
        ...(quiet === undefined ? {} : { quiet }),
        now,
      });
    }
    ports.raised(rule.id, occurrence);
  };

  return {
    rule,
    take(event, now) {
      settle(now);
      if (!isOurs(event.source)) return;
      const at = time === 'event' ? reachedOf(event, now) : latest(now, event.receivedAt);
      const text = event.bytes ?? event.line;
      after({ type: 'line', now: at, ...originOf(event), text }, event, now);
    },
    hear: () => undefined,
    sources(atEnd, _, now) {
      areAtEnd = atEnd;
      tick(now);
    },
    heed: (signal, now) =>
      after(signal === 'TERM' ? { type: 'ended', now } : { type: 'signal', now, signal }, undefined, now),
    inputs() {
      takeRows();
      return [...addedSources()].map(([source, input]) => ({ ...input, source }));
    },
    commandOutput: (child, text, now) =>
      // The machine takes output as it was printed: an empty text is nothing, an empty line is one.
      after({ type: 'output', now, child, text: `${text}\n` }, undefined, now),
    commandFinished: (child, exit, now) => after({ type: 'finished', now, child, exit }, undefined, now),
    evicted: () => undefined,
    counters: tally.counters,
    writeChanges(to) {
      tally.writeChanges(to);
      for (const row of machine.changes()) to.push({ ...row, scope: rule.id, hash: rule.hash });
    },
    restore({ key, value }) {
      if (key === TALLY_KEY) tally.restore(value);
      else restored.push({ scope: rule.id, key, value });
    },
  };
}

/** A machine's inputs by source, as of one of its lists. */
interface AddedSources {
  readonly inputs: readonly AddedInput[];
  readonly named: ReadonlyMap<string, AddedInput>;
}

function occurrenceOf(
  { action, desc, intent, place }: Extract<SecOutput, { type: 'do' }>,
  event: Event | undefined,
  now: Instant,
  text: (bytes: string) => string,
): Occurrence {
  const at = event?.at ?? now;
  const where = place === undefined ? '' : `${place.file}:${place.line}`;
  return {
    count: 1,
    first: at,
    last: at,
    fields: { ...event?.fields, action, desc: text(desc), text: text(wordsOf(intent)), place: where },
    ...(event?.host === undefined ? {} : { host: event.host }),
    ...(event?.program === undefined ? {} : { program: event.program }),
    source: event?.source ?? '',
    stream: event?.stream ?? '',
    offset: event?.offset ?? 0,
    line: event?.line ?? text(desc),
  };
}

/** What an action says: its text, or the command when it has none. */
function wordsOf(intent: Intent): string {
  switch (intent.type) {
    case 'write':
    case 'log':
    case 'send':
      return intent.text;
    case 'run':
      return (
        intent.input ??
        (intent.command.type === 'shell' ? intent.command.text : intent.command.argv.join(' '))
      );
    default:
      return '';
  }
}
