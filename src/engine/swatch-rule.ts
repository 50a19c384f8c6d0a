import { isMilestone } from '../kit/milestone.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Event } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { AlertAction, Rule } from '../model/program.ts';
import { latest, type Instant } from '../model/time.ts';
import { createKeyTable, type StoredTable } from './key-table.ts';
import { never } from './kind.ts';
import { reachedBy } from './occurrence.ts';
import type { RuleMachine, RuleSurroundings } from './rule-machine.ts';
import type { RuleSetKind, SecWorld } from './sec-rule.ts';
import type { SwatchOutput } from './swatch/contract.ts';
import { createSwatchMachine } from './swatch/machine.ts';
import type { SwatchPlace, SwatchProgram } from './swatch/program.ts';
import type { ThresholdState } from './swatch/threshold.ts';
import type { ThrottleState } from './swatch/throttle.ts';
import { createTally, TALLY_KEY } from './tally.ts';

/** The name under which a rule of the program is a whole configuration of swatch. */
export const swatchKind = 'swatch';

/** What `rule.options` of such a rule holds. */
export interface SwatchRuleOptions {
  readonly program: SwatchProgram;
  /** Actions that raise alerts instead of being carried out. */
  readonly on: readonly string[];
  /** `received`: time is that of receipt, as with swatch; `event`: the engine's clock, which knows of backlogs. */
  readonly time: 'received' | 'event';
}

/** Writes the options into a rule. They are plain data. */
export const writeSwatchOptions = (options: SwatchRuleOptions): JsonObject =>
  options as unknown as JsonObject;

// Only `writeSwatchOptions` makes the options of such a rule.
const readSwatchOptions = (options: JsonObject): SwatchRuleOptions => options as unknown as SwatchRuleOptions;

/** Swatch's row among the dialects whose rule files run as one rule. */
export const swatch: RuleSetKind = { kind: swatchKind, create: createSwatchRule };

/** The row of what is not in tables. */
const STATE_KEY = 'state';

/** One configuration of swatch at work as one rule of the engine. */
function createSwatchRule(
  rule: Rule,
  { share, ports }: RuleSurroundings,
  { match, localTime }: SecWorld,
): RuleMachine {
  const { program, on, time } = readSwatchOptions(rule.options);
  const alerts = rule.actions.filter((action): action is AlertAction => action.type === 'alert');
  const tally = createTally(rule.id);
  /** All of its sources are read to their end, whatever others are. */
  let areAtEnd = false;

  const table = <State extends { readonly [member: string]: number }>(prefix: string): StoredTable<State> =>
    createKeyTable<State>(
      { scope: rule.id, hash: rule.hash, prefix },
      // States are records of numbers; only this table writes and reads their rows.
      { write: (state) => ({ ...state }), read: (value) => ({ ...(value as State) }), due: () => never },
      share,
    );
  const throttles = table<ThrottleState & { readonly [member: string]: number }>('throttle');
  const thresholds = table<ThresholdState & { readonly [member: string]: number }>('threshold');
  const machine = createSwatchMachine(program, { match, localTime, throttles, thresholds });

  const text = (bytes: string): string =>
    match.decode(
      Uint8Array.from(bytes, (char) => char.charCodeAt(0)),
      0,
      bytes.length,
      'utf8',
    );

  const note = (code: string, { file, line }: SwatchPlace, words: string): void =>
    ports.effect({ type: 'note', rule: rule.id, code: `swatch.${code}`, text: `${file}:${line}: ${words}` });

  /**
   * A source of other rules may hold the clock back, which is no concern of a line of ours; where one of its own
   * sources is behind the clock stays with that one, for lines of it are to come.
   */
  const timeOf = (event: Event, now: Instant): Instant => {
    if (time === 'received') return latest(now, event.receivedAt);
    return areAtEnd || rule.from?.length === 1 ? reachedBy(event, now) : now;
  };

  /** However many actions of a block raise, a line raises one alert of it. */
  const give = (outputs: readonly SwatchOutput[], event: Event, now: Instant): void => {
    const raised = new Set<string>();
    for (const output of outputs) {
      if (output.type === 'do') {
        const block = placeOf(output.block);
        if (!on.includes(output.action)) carryOut(output, now);
        else if (!raised.has(block)) {
          raised.add(block);
          raise(output, block, event, now);
        }
      } else if (output.type === 'absorbed') tally.absorbed(output.reason);
      else if (output.type === 'quit') {
        ports.do({ rule: rule.id, action: 'quit', desc: '', intent: { type: 'closePipe' }, now });
        note('quit', output.place, 'it said quit: no line is looked at until HUP or a change of the rules');
      } else if (output.type === 'cutOff') {
        if (isMilestone(tally.timedOut())) note('match-timed-out', output.place, 'a match was cut off');
      } else note('refused', output.place, `a command was not run: ${output.why}`);
    }
  };

  const carryOut = (
    { action, message, intents }: Extract<SwatchOutput, { type: 'do' }>,
    now: Instant,
  ): void => {
    for (const intent of intents) ports.do({ rule: rule.id, action, desc: message, intent, now });
  };

  const raise = (
    output: Extract<SwatchOutput, { type: 'do' }>,
    block: string,
    event: Event,
    now: Instant,
  ): void => {
    const track = text(output.key);
    const occurrence = occurrenceOf(event, {
      ...mapped(output.groups, text),
      action: output.action,
      message: text(output.message),
      place: block,
      track,
    });
    tally.raised();
    for (const { severity, quiet } of alerts) {
      const key = [block, track];
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
      if (rule.from !== undefined && !rule.from.includes(event.source)) return;
      const line = { text: event.bytes ?? event.line, now: timeOf(event, now), at: event.at };
      give(machine.take(line), event, now);
    },
    hear: () => undefined,
    sources(atEnd) {
      areAtEnd = atEnd;
    },
    heed(signal) {
      if (signal === 'HUP') machine.begin();
    },
    evicted() {
      const keys = tally.evicted();
      if (!isMilestone(keys)) return;
      const words = `more than ${share.limit} keys: the oldest gave way (${keys} so far)`;
      ports.effect({
        type: 'note',
        rule: rule.id,
        code: 'keys-per-rule',
        text: `rule ${rule.id} has ${words}`,
      });
    },
    counters: tally.counters,
    writeChanges(to) {
      tally.writeChanges(to);
      const state = machine.change();
      if (state !== undefined) to.push({ scope: rule.id, hash: rule.hash, key: STATE_KEY, value: state });
      throttles.writeChanges(to);
      thresholds.writeChanges(to);
    },
    restore({ key, value }) {
      if (key === TALLY_KEY) tally.restore(value);
      else if (key === STATE_KEY) machine.restore(value);
      else if (key.startsWith('throttle[')) throttles.restore(key.slice('throttle'.length), value);
      else if (key.startsWith('threshold[')) thresholds.restore(key.slice('threshold'.length), value);
    },
  };
}

const placeOf = ({ file, line }: SwatchPlace): string => `${file}:${line}`;

const mapped = (
  groups: { readonly [name: string]: string },
  text: (bytes: string) => string,
): { readonly [name: string]: string } =>
  Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, text(value)]));

const occurrenceOf = (event: Event, own: { readonly [name: string]: string }): Occurrence => ({
  count: 1,
  first: event.at,
  last: event.at,
  fields: { ...event.fields, ...own },
  ...(event.host === undefined ? {} : { host: event.host }),
  ...(event.program === undefined ? {} : { program: event.program }),
  source: event.source,
  stream: event.stream,
  offset: event.offset,
  line: event.line,
});
