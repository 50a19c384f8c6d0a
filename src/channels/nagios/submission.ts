import { sendRule } from '../../model/alert.ts';
import type { AlertPayload } from '../../model/delivery.ts';
import type { Fields, Severity } from '../../model/program.ts';
import { type CheckResult, nameObjection, plainOutput, type StateCode } from './check-result.ts';

/** What `submit_check_result HOST SERVICE CODE TEXT` hands over. */
export interface Submission {
  readonly host: string;
  readonly service: string;
  readonly code: StateCode;
  /** In the syntax of plugins: `\n` for a new line, performance data behind a bar. */
  readonly text: string;
}

export type SubmissionRead =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly detail: string };

const codes: { readonly [word: string]: StateCode } = {
  '0': 0,
  '1': 1,
  '2': 2,
  '3': 3,
  '-1': 3,
  OK: 0,
  WARNING: 1,
  CRITICAL: 2,
  UNKNOWN: 3,
};

/**
 * The arguments of the old script. The code is a number or, as the variant for NSCA had it, a word; more
 * than one word of text is taken as it would have been quoted.
 */
export function readSubmission(args: readonly string[]): SubmissionRead {
  const [host, service, code, ...words] = args;
  if (host === undefined || service === undefined || code === undefined || words.length === 0)
    return { ok: false, detail: 'needs HOST SERVICE CODE TEXT' };
  for (const [what, name] of [
    ['HOST', host],
    ['SERVICE', service],
  ] as const) {
    const objection = nameObjection(name.trim());
    if (objection !== undefined) return { ok: false, detail: `${what} ${objection}` };
  }
  const state = Object.hasOwn(codes, code.toUpperCase()) ? codes[code.toUpperCase()] : undefined;
  if (state === undefined)
    return { ok: false, detail: 'CODE is none of 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN' };
  const submission = { host: host.trim(), service: service.trim(), code: state, text: words.join(' ') };
  return { ok: true, submission };
}

/** How bad it is, for the routes and for channels that are not Nagios. */
export function severityOf({ code }: Submission): Severity {
  if (code === 0) return 'info';
  return code === 2 ? 'critical' : 'warning';
}

/** A human's own message (rule `sentinel/send`) with these fields is a check result to Nagios. */
export function submissionFields({ host, service, code }: Submission): Fields {
  return { check_host: host, check_service: service, check_code: code };
}

/** The check result in a message that was submitted as one. Log lines cannot raise that rule. */
export function submittedIn(payload: AlertPayload): CheckResult | undefined {
  if (payload.rule !== sendRule) return undefined;
  const { check_host: host, check_service: service, check_code: code } = payload.fields;
  if (typeof host !== 'string' || typeof service !== 'string') return undefined;
  if (code !== 0 && code !== 1 && code !== 2 && code !== 3) return undefined;
  if (nameObjection(host) !== undefined || nameObjection(service) !== undefined) return undefined;
  return { host, service, code, output: plainOutput(unescape(payload.line)) };
}

/** Undoes what Nagios would undo, so that escaping it again gives Nagios the text it was given. */
const unescape = (text: string): string =>
  text.replace(/\\([\\n])/g, (_, char: string) => (char === 'n' ? '\n' : '\\'));
