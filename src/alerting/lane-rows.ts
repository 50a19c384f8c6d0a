import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Block } from './block.ts';
import type { Reported } from './budget.ts';
import type { Allowance, Lane } from './lane.ts';
import { asJson, fromJson } from './shelf.ts';

const LANE_SCOPE = 'channel';
const ALLOWANCE_SCOPE = 'budget';
const ATTEMPT_SCOPE = 'attempt';

/** The channel's own row, if it changed since the last call. */
export function laneChanges(lane: Lane): Row[] {
  if (!lane.isDirty) return [];
  lane.isDirty = false;
  return [{ scope: LANE_SCOPE, key: lane.rules.name, value: asJson({ block: lane.block ?? null }) }];
}

/** The row of a budget key, and a row for each attempt made, given back or expired since the last call. */
export function allowanceChanges(allowance: Allowance): Row[] {
  const rows: Row[] = [];
  const { key, spent, pause } = allowance;
  const { first, times, reports } = spent;
  const end = first + times.length;
  const [from, to] = allowance.written;
  const attemptKey = (number: number): string => `${number} ${key}`;
  for (let number = from; number < Math.min(first, to); number += 1) {
    rows.push({ scope: ATTEMPT_SCOPE, key: attemptKey(number) });
  }
  for (let number = Math.max(end, from); number < to; number += 1) {
    rows.push({ scope: ATTEMPT_SCOPE, key: attemptKey(number) });
  }
  const right = Math.min(to, allowance.givenBack ?? to);
  for (let number = Math.max(right, first); number < end; number += 1) {
    rows.push({ scope: ATTEMPT_SCOPE, key: attemptKey(number), value: times[number - first] ?? 0 });
  }
  allowance.written = [first, end];
  allowance.givenBack = undefined;
  if (allowance.isDirty) {
    const value = asJson({ pause: pause ?? null, reports: [...reports], end });
    rows.push({ scope: ALLOWANCE_SCOPE, key, value });
    allowance.isDirty = false;
  }
  return rows;
}

/** Takes the rows of all channels and budget keys; the ports give the item of a name. */
export function restoreLanes(
  rows: readonly Row[],
  ports: {
    readonly laneOf: (name: string) => Lane;
    readonly allowanceOf: (key: string) => Allowance;
  },
): void {
  const attempts = new Map<Allowance, [number: number, at: number][]>();
  for (const { scope, key, value } of rows) {
    if (value === undefined) continue;
    if (scope === LANE_SCOPE) {
      ports.laneOf(key).block = fromJson<{ block: Block | null }>(value).block ?? undefined;
    } else if (scope === ALLOWANCE_SCOPE) restoreAllowance(ports.allowanceOf(key), value);
    else if (scope === ATTEMPT_SCOPE) {
      const allowance = ports.allowanceOf(key.slice(key.indexOf(' ') + 1));
      const log = attempts.get(allowance) ?? [];
      log.push([Number.parseInt(key, 10), Number(value)]);
      attempts.set(allowance, log);
    }
  }
  for (const [allowance, log] of attempts) restoreLog(allowance, log);
}

function restoreAllowance(allowance: Allowance, value: Json): void {
  const row = fromJson<{ pause: Block | null; reports: readonly Reported[]; end: number }>(value);
  allowance.pause = row.pause ?? undefined;
  allowance.spent.reports = row.reports;
  allowance.spent.first = row.end;
  allowance.written = [row.end, row.end];
}

function restoreLog(allowance: Allowance, log: [number: number, at: number][]): void {
  log.sort((a, b) => a[0] - b[0]);
  const [first] = log;
  if (first === undefined) return;
  const { spent } = allowance;
  spent.first = first[0];
  spent.times.splice(0, spent.times.length, ...log.map(([, at]) => at));
  allowance.written = [first[0], first[0] + log.length];
}
