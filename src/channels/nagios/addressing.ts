import { z } from 'zod';
import type { Message } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';
import { compileOptions, type Filled, type OptionTemplate } from '../template-option.ts';
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
  const {
    host,
    service,
    'performance-data': data,
  } = await compileOptions({
    host: options.host,
    service: options.service,
    'performance-data': options['performance-data'],
  });
  return {
    mistake: host.mistake ?? service.mistake ?? data.mistake,
    resultOf(message, part, now) {
      const fill = (template: OptionTemplate): Filled => template.fill(message.payload, now);
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
