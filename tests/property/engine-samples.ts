import type { MatchPorts } from '../../src/match/contract.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import type { Event } from '../../src/model/event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Action, AlertAction, Pattern, Program, Rule } from '../../src/model/program.ts';
import { instant } from '../../src/model/time.ts';

/** Matching without a machine: no time limit, and every expression is said to be harmless. */
export const matchPorts: MatchPorts = {
  indexOf: (bytes, needle, from) => Buffer.from(bytes).indexOf(needle, from),
  decode: (bytes, from, to, encoding) => Buffer.from(bytes).toString(encoding, from, to),
  guarded: (regex, text) => regex.exec(text),
  isLinear: () => true,
};

export interface RuleSketch {
  readonly id: string;
  readonly source: string;
  readonly kind?: string;
  readonly key?: readonly string[];
  readonly from?: readonly string[];
  readonly except?: readonly Pattern[];
  readonly options?: JsonObject;
  readonly actions?: readonly Action[];
  readonly hash?: string;
}

const origin = { dialect: 'native', file: 'rules.yaml', line: 1, column: 1 } as const;

export const alerting = (more: Partial<AlertAction> = {}): AlertAction => ({
  type: 'alert',
  severity: 'warning',
  ...more,
});

export const ruleOf = ({ id, source, from, ...rest }: RuleSketch): Rule => ({
  id,
  kind: 'each',
  ...(from === undefined ? {} : { from }),
  pattern: { type: 'regex', source, scope: 'either', origin },
  except: [],
  key: [],
  options: {},
  actions: [alerting()],
  origin,
  hash: `hash of ${id}`,
  ...rest,
});

export const programOf = (rules: readonly RuleSketch[]): Program => ({
  rules: rules.map(ruleOf),
  hash: 'all',
});

export const counting = (
  id: string,
  source: string,
  options: JsonObject,
  key: string[] = [],
): RuleSketch => ({
  id,
  source,
  kind: 'count',
  options,
  key,
});

interface EventSketch extends Partial<Event> {
  readonly rules?: readonly number[];
  readonly now?: number;
}

/** An event input whose number is its time; it is received when it happens unless `now` says otherwise. */
export function eventAt(
  at: number,
  text: string,
  { rules = [0], now = at, ...more }: EventSketch = {},
): EngineInput {
  const event: Event = {
    at: instant(at),
    receivedAt: instant(now),
    source: 'app',
    stream: '/var/log/app.log',
    offset: 0,
    line: text,
    text,
    fields: {},
    ...more,
  };
  return { type: 'event', seq: at, now: instant(now), event, rules };
}

export const tickAt = (now: number): EngineInput => ({ type: 'tick', seq: now, now: instant(now) });
