import type { Json, JsonObject } from '../model/json.ts';

/** Deepest nesting and most names of one record; what is beyond stays in the line only. */
const MAX_DEPTH = 8;
const MAX_FIELDS = 512;

/** No field has this name: whoever copies fields one by one would set a prototype with it. */
const FORBIDDEN = '__proto__';

/**
 * An empty bag of fields. It has no prototype: a field that a hostile line names `constructor` is a
 * field like any other, and one that is not there is not there.
 */
export function emptyFields(): Record<string, Json> {
  const fields: Record<string, Json> = Object.create(null);
  return fields;
}

/** The fields of a record that has none; shared, because most records have none. */
export const noFields: JsonObject = Object.freeze(emptyFields());

/**
 * The members of an object as fields: each under its own name, and what is nested also under its path
 * (`a.b`, list members as `a.0`). A member's own name wins over a path.
 */
export function fieldsOf(members: { readonly [name: string]: unknown }): JsonObject {
  const fields = emptyFields();
  const budget = { left: MAX_FIELDS };
  const nested: [string, Json][] = [];
  for (const name of Object.keys(members)) {
    if (budget.left <= 0) break;
    if (name === FORBIDDEN) continue;
    const value = plain(members[name], 1, budget);
    fields[name] = value;
    if (typeof value === 'object' && value !== null) nested.push([name, value]);
  }
  const paths = { left: MAX_FIELDS };
  for (const [name, value] of nested) addPaths(fields, name, value, paths);
  return fields;
}

/** A copy without prototypes, cut at the limits of depth and number. */
function plain(value: unknown, depth: number, budget: { left: number }): Json {
  budget.left--;
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  if (typeof value !== 'object' || depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) {
    const list: Json[] = [];
    for (const member of value as readonly unknown[]) {
      if (budget.left <= 0) break;
      list.push(plain(member, depth + 1, budget));
    }
    return list;
  }
  const copy = emptyFields();
  for (const [name, member] of Object.entries(value)) {
    if (budget.left <= 0) break;
    if (name === FORBIDDEN) continue;
    copy[name] = plain(member, depth + 1, budget);
  }
  return copy;
}

function addPaths(fields: Record<string, Json>, path: string, value: Json, budget: { left: number }): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (budget.left <= 0 || member === undefined) return;
    budget.left--;
    const inner = `${path}.${name}`;
    if (!(inner in fields)) fields[inner] = member;
    addPaths(fields, inner, member, budget);
  }
}
