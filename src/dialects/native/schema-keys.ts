import { z } from 'zod';

/** Any zod schema; its definition is read as data. */
export type Schema = z.core.$ZodType;

/** Keys that the language will have one day: their hint says so instead of guessing a misspelling. */
const plannedKeys = z.registry<{ readonly keys: readonly string[] }>();

/** Names keys of a map that are known to come but do not work yet. */
export function withPlanned<S extends z.ZodType>(schema: S, keys: readonly string[]): S {
  plannedKeys.add(schema, { keys });
  return schema;
}

/** The names a map may have, and those it will have one day. */
export interface KnownKeys {
  readonly names: readonly string[];
  readonly planned: readonly string[];
  /** The only one of the names whose own map has this key, for one that was written a level too high. */
  readonly inner?: (key: string) => string | undefined;
}

/** The names that a map at `path` below `schema` may have. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): KnownKeys {
  let forms = formsOf(schema);
  for (const segment of path) forms = forms.flatMap((form) => step(form, segment).flatMap(formsOf));
  const names = new Set<string>();
  const planned = new Set<string>();
  for (const form of forms) {
    const def = definitionOf(form);
    if (def.type === 'object') for (const key of Object.keys(def.shape)) names.add(key);
    for (const key of plannedKeys.get(form)?.keys ?? []) planned.add(key);
  }
  const inner = (key: string): string | undefined => onlyHolder(key, [...names], forms);
  return { names: [...names], planned: [...planned], inner };
}

function onlyHolder(key: string, names: readonly string[], forms: readonly Schema[]): string | undefined {
  const holders = names.filter((name) =>
    forms
      .flatMap((form) => step(form, name).flatMap(formsOf))
      .some((form) => {
        const def = definitionOf(form);
        return def.type === 'object' && Object.hasOwn(def.shape, key);
      }),
  );
  return holders.length === 1 ? holders[0] : undefined;
}

/** The options of a union, looked up below `schema`; empty when there is none at `path`. */
export function unionAt(schema: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  let forms: readonly Schema[] = [schema];
  for (const segment of path) forms = forms.flatMap(formsOf).flatMap((form) => step(form, segment));
  for (const form of forms) {
    const options = optionsOf(form);
    if (options !== undefined) return options;
  }
  return [];
}

function optionsOf(schema: Schema): readonly Schema[] | undefined {
  const def = definitionOf(schema);
  if (def.type === 'union') return def.options;
  const inner = wrapped(schema);
  return inner === undefined ? undefined : optionsOf(inner);
}

/** What stands behind wrappers and unions: objects, lists, records and plain types. */
function formsOf(schema: Schema): readonly Schema[] {
  const def = definitionOf(schema);
  if (def.type === 'union') return def.options.flatMap(formsOf);
  if (def.type === 'intersection') return [def.left, def.right].flatMap(formsOf);
  const inner = wrapped(schema);
  return inner === undefined ? [schema] : formsOf(inner);
}

function wrapped(schema: Schema): Schema | undefined {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return def.innerType;
    case 'pipe':
      return def.in;
    case 'lazy':
      return def.getter();
    default:
      return undefined;
  }
}

function step(schema: Schema, segment: PropertyKey): readonly Schema[] {
  const def = definitionOf(schema);
  if (def.type === 'object') {
    const member = def.shape[String(segment)];
    return member === undefined ? [] : [member];
  }
  if (def.type === 'record') return [def.valueType];
  if (def.type === 'array') return [def.element];
  return [];
}

type Definition = z.core.$ZodTypes['_zod']['def'];

/** The definition by which zod tells its types apart: every schema is made by zod's own constructors. */
const definitionOf = (schema: Schema): Definition => (schema as z.ZodType).def as Definition;
