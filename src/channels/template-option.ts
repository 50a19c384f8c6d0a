import { safeLine } from '../kit/terminal.ts';
import { truncate } from '../kit/text.ts';
import type { AlertPayload } from '../model/delivery.ts';
import { type Json, type JsonObject, toJson } from '../model/json.ts';
import { instant, type Instant } from '../model/time.ts';
import { createTemplates, type Rendered, type Template, type Templates } from '../render/template.ts';

/** What a template gave, or why it gave nothing. */
export type Filled = { readonly text: string } | { readonly detail: string };

/** An option that is a template of the alert. */
export interface OptionTemplate {
  /** A mistake in it, found when it was compiled. */
  readonly mistake?: string;
  /** `safe` is done to each text of the alert before it is filled in; absent: nothing is. */
  fill(payload: AlertPayload, now: Instant, safe?: (text: string) => string): Filled;
}

/** Compiles options by name. The library for them is loaded only where there is something to fill in. */
export async function compileOptions<Name extends string>(sources: {
  readonly [name in Name]: string | undefined;
}): Promise<{ readonly [name in Name]: OptionTemplate }> {
  const names = Object.keys(sources) as Name[];
  const templates = names.some((name) => /\{[{%]/.test(sources[name] ?? ''))
    ? await createTemplates({ zone: 'UTC' })
    : undefined;
  const compiled = names.map((name) => [name, compile(sources[name] ?? '', name, templates)] as const);
  return Object.fromEntries(compiled) as { readonly [name in Name]: OptionTemplate };
}

function compile(text: string, name: string, templates: Templates | undefined): OptionTemplate {
  if (templates === undefined) return { fill: () => ({ text: text.trim() }) };
  const compiled = templates.compile(text, undefined, { file: name, line: 1, column: 1 });
  if (compiled.ok) return filling(name, compiled.value);
  const why = safeLine(compiled.diagnostics.map(({ message }) => message).join('; '));
  const mistake = `${name}: ${why}`;
  return { mistake, fill: () => ({ detail: truncate(mistake, 200) }) };
}

const filling = (name: string, template: Template): OptionTemplate => ({
  fill: (payload, now, safe) => {
    const values = valuesOf(payload);
    return filled(name, template.attempt(safe === undefined ? values : made(values, safe), { now }));
  },
});

function filled(name: string, rendered: Rendered): Filled {
  if (rendered.ok) return { text: rendered.text.trim() };
  return { detail: `${name}: ${truncate(safeLine(rendered.why), 200)}` };
}

/** The names that templates of rules know, as far as a message still has them. */
function valuesOf(payload: AlertPayload): JsonObject {
  const fields = toJson(payload.fields) as JsonObject;
  const values: JsonObject = Object.create(null);
  return Object.assign(values, fields, payload.groups, {
    rule: payload.rule,
    key: payload.key,
    severity: payload.severity,
    count: payload.count,
    first: timeOf(payload.first),
    last: timeOf(payload.last),
    host: payload.host ?? '',
    program: payload.program ?? '',
    source: payload.source,
    line: payload.line,
    fields,
  });
}

/** The values with each text in them made safe; names of members stay as they are. */
function made(values: JsonObject, safe: (text: string) => string): JsonObject {
  const result: { [name: string]: Json } = Object.create(null);
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) result[name] = madeOne(value, safe);
  return result;
}

function madeOne(value: Json, safe: (text: string) => string): Json {
  if (typeof value === 'string') return safe(value);
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map((one) => madeOne(one, safe)) : made(value, safe);
}

const isList = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);

const timeOf = (stamp: string): number => {
  const at = Date.parse(stamp);
  return Number.isNaN(at) ? instant(0) : instant(at);
};
