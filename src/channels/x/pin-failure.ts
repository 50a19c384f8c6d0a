import type { HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { type Problem, readProblem } from './problem.ts';

/** Why an account could not be connected. */
type PinFailureReason =
  | 'consumerKey'
  | 'callback'
  | 'suspended'
  | 'pin'
  | 'stale'
  | 'clock'
  | 'network'
  | 'proxy'
  | 'answer';

/** What went wrong and what to do about it, in words for a person; without secrets. */
export interface PinFailure {
  readonly ok: false;
  readonly reason: PinFailureReason;
  readonly detail: string;
  readonly hint: string;
}

const hints: Readonly<Record<PinFailureReason, string>> = {
  consumerKey:
    'copy the API key and its secret from the console once more ("Keys and tokens", under OAuth 1.0)',
  callback:
    'register a callback URL in the application’s settings (any address of yours: it is never called)',
  suspended: 'X suspended the application: look into its console',
  pin: 'start again: each PIN works once, for the page it was shown on',
  stale: 'start again and enter the PIN within a few minutes',
  clock: 'set this machine’s clock, best by NTP',
  network: 'check the connection, the name server, and `tls.ca-file` if the traffic is inspected here',
  proxy: 'check `proxy` in the configuration, or HTTPS_PROXY, its user and its password',
  answer: 'try again later; if it stays, check the address of the API',
};

const failure = (reason: PinFailureReason, detail: string): PinFailure => ({
  ok: false,
  reason,
  detail,
  hint: hints[reason],
});

/** A PIN that is not worth asking X about. */
export const wrongPin = (detail: string): PinFailure => failure('pin', detail);

/** X could not be asked. */
export const pinFailureWithout = ({ cause, detail }: HttpFailure): PinFailure =>
  failure(cause === 'proxy' ? 'proxy' : 'network', detail);

/** X refused a step, or answered something that is not one. */
export function pinFailureOf(answer: HttpAnswer, step: 'request_token' | 'access_token'): PinFailure {
  const problem = readProblem(answer);
  const words = problem.text === '' ? '' : `: ${problem.text}`;
  return failure(reasonOf(problem, step), `X answered HTTP ${problem.status}${words}`);
}

function reasonOf(problem: Problem, step: 'request_token' | 'access_token'): PinFailureReason {
  const { codes, text, status } = problem;
  if (codes.includes(135)) return 'clock';
  if (codes.includes(415) || codes.includes(417)) return 'callback';
  if (codes.includes(416)) return 'suspended';
  if (/callback/i.test(text)) return 'callback';
  if (/verifier|\bPIN\b/i.test(text)) return 'pin';
  if (/request token/i.test(text)) return 'stale';
  if (status !== 401 && status !== 403) return 'answer';
  return step === 'request_token' ? 'consumerKey' : 'stale';
}
