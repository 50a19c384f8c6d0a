import { sendRule, type Alert } from '../model/alert.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** Graphemes of a title; what is longer is cut. */
export const longestTitle = 160;

/** The names that every template knows. They win over fields of the same name. */
export const BUILT_IN_NAMES = [
  'rule',
  'key',
  'severity',
  'count',
  'first',
  'last',
  'window',
  'distinct',
  'host',
  'program',
  'source',
  'line',
] as const;

/** The title of an alert whose rule has none: its rule, with the key's values; of a human's message its first line. */
export function builtInTitle(alert: Alert): string {
  if (alert.rule === sendRule) return alert.last.line.split('\n', 1)[0] ?? '';
  return alert.key.length === 0 ? alert.rule : `${alert.rule} ${alert.key.join(' ')}`;
}

/** The text of an alert whose rule has none: its newest line; of a human's message what its title lacks. */
export function builtInText(alert: Alert): string {
  const { line } = alert.last;
  if (alert.rule !== sendRule) return line;
  return line.includes('\n') || line.length > longestTitle ? line : '';
}

/**
 * What a template can name: the built-in names (instants in milliseconds since the epoch, `window` in
 * milliseconds), every field, and every field again as `fields.NAME`. What an alert can lack (`host`,
 * `window`, a group of `groups` that took no part in the match, …) is empty, not unknown.
 */
export function templateValues(alert: Alert, groups: readonly string[] = []): JsonObject {
  const last = alert.last;
  const fields: Record<string, Json> = Object.create(null);
  for (const name of ['pid', ...groups]) fields[name] = '';
  for (const [name, value] of Object.entries(last.fields)) fields[name] = value ?? '';
  const values: Record<string, Json> = Object.create(null);
  return Object.assign(values, fields, {
    rule: alert.rule,
    key: alert.key,
    severity: alert.severity,
    count: last.count,
    first: last.first,
    last: last.last,
    window: last.window ?? '',
    distinct: last.distinct ?? [],
    host: last.host ?? '',
    program: last.program ?? '',
    source: last.source,
    line: last.line,
    fields,
  });
}
