import { z } from 'zod';
import { truncate } from '../../kit/text.ts';
import { safeLine } from '../../kit/terminal.ts';
import type { AlertPayload, Message } from '../../model/delivery.ts';
import { type JsonObject, toJson } from '../../model/json.ts';
import { instant, type Instant } from '../../model/time.ts';
import { createTemplates, type Rendered, type Template, type Templates } from '../../render/template.ts';
import {
  type CheckResult,
  longestName,
  nameObjection,
  safeOutput,
  stateOf,
  withPerformanceData,
} from './check-result.ts';
import { submittedIn } from './submission.ts';

const template = z.string().min(1).max(2000);

/** The options that say of what a message is a check result, and what goes with it. */
export const addressingOptions = {
  host: template.describe('Name of the host as Nagios has it; a template of the alert.'),
  service: template
    .optional()
    .describe(
      'Description of the service as Nagios has it; a template. Absent: the check is the host’s own.',
    ),
  'performance-data': template
    .optional()
    .describe('What stands behind the bar, such as events={{ count }}; a template.'),
};

/** Those of them that are templates: all. */
export const addressingTemplates: readonly string[] = Object.keys(addressingOptions);

export interface AddressingOptions {
  readonly host: string;
  readonly service?: string | undefined;
  readonly 'performance-data'?: string | undefined;
}

/** Most bytes of the names, where the way to Nagios is narrower than Nagios. */
export interface NameLimits {
  readonly host: number;
  readonly service: number;
}

/** A message as a check result, or why it cannot be one; `note`: what it had to go without. */
export type Addressed =
  | { readonly ok: true; readonly result: CheckResult; readonly note?: string }
  | { readonly ok: false; readonly detail: string };

/** Makes check results of messages. Pure once it is open. */
export interface Addressing {
  /** A mistake in the templates, found when they were compiled. */
  readonly mistake: string | undefined;
  resultOf(message: Message, part: number, now: Instant): Addressed;
}

/** Compiles the templates. The library for them is loaded only where there is something to fill in. */
export async function openAddressing(
  options: AddressingOptions,
  limits: NameLimits = { host: longestName, service: longestName },
): Promise<Addressing> {
  const texts = [options.host, options.service ?? '', options['performance-data'] ?? ''];
  const templates = texts.some((text) => /\{[{%]/.test(text))
    ? await createTemplates({ zone: 'UTC' })
    : undefined;
  const host = compile(options.host, 'host', templates);
  const service = compile(options.service, 'service', templates);
  const data = compile(options['performance-data'], 'performance-data', templates);
  return {
    mistake: [host, service, data].find(({ mistake }) => mistake !== undefined)?.mistake,
    resultOf(message, part, now) {
      const values = valuesOf(message.payload);
      const fill = (word: Word): Filled => named(word, word.fill(values, now));
      const submitted = submittedIn(message.payload);
      const place =
        submitted ?? placeOf(fill(host), options.service === undefined ? undefined : fill(service));
      if ('detail' in place) return { ok: false, detail: place.detail };
      const objection = objectionTo(place, limits);
      if (objection !== undefined) return { ok: false, detail: objection };
      if (submitted !== undefined) return { ok: true, result: submitted };
      const output = safeOutput(message.parts[part] ?? '');
      const result = { ...place, code: stateOf(message), output };
      if (options['performance-data'] === undefined) return { ok: true, result };
      return withData(result, fill(data));
    },
  };
}

interface Word {
  readonly name: string;
  readonly mistake?: string;
  readonly fill: (values: JsonObject, now: Instant) => Rendered;
}

function compile(source: string | undefined, name: string, templates: Templates | undefined): Word {
  const text = source ?? '';
  if (templates === undefined) return { name, fill: () => ({ ok: true, text }) };
  const compiled = templates.compile(text, undefined, { file: name, line: 1, column: 1 });
  if (compiled.ok) return filling(name, compiled.value);
  const why = safeLine(compiled.diagnostics.map(({ message }) => message).join('; '));
  return { name, mistake: `${name}: ${why}`, fill: () => ({ ok: false, why }) };
}

const filling = (name: string, template: Template): Word => ({
  name,
  fill: (values, now) => template.attempt(values, { now }),
});

type Filled = { readonly text: string } | { readonly detail: string };

function named({ name }: Word, rendered: Rendered): Filled {
  if (rendered.ok) return { text: rendered.text.trim() };
  return { detail: `${name}: ${truncate(safeLine(rendered.why), 200)}` };
}

function placeOf(
  host: Filled,
  service: Filled | undefined,
): { readonly host: string; readonly service?: string } | { readonly detail: string } {
  if ('detail' in host) return host;
  if (service === undefined) return { host: host.text };
  return 'detail' in service ? service : { host: host.text, service: service.text };
}

/** A name that log text made unfit must not become another one: Nagios would drop it without a word. */
function objectionTo(
  { host, service }: Pick<CheckResult, 'host' | 'service'>,
  limits: NameLimits,
): string | undefined {
  const ofHost = nameObjection(host, limits.host);
  if (ofHost !== undefined) return `the host name ${ofHost}`;
  const ofService = service === undefined ? undefined : nameObjection(service, limits.service);
  return ofService === undefined ? undefined : `the service name ${ofService}`;
}

/** An alert is not given up for the sake of its numbers. */
function withData(result: CheckResult, data: Filled): Addressed {
  if ('detail' in data) return { ok: true, result, note: `without ${data.detail}` };
  const output = withPerformanceData(result.output, data.text);
  if (output === result.output && data.text !== '')
    return { ok: true, result, note: 'without performance-data, which was empty or too long' };
  return { ok: true, result: { ...result, output } };
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

const timeOf = (stamp: string): number => {
  const at = Date.parse(stamp);
  return Number.isNaN(at) ? instant(0) : instant(at);
};
