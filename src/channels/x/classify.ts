import type { Delivery, FailureReason } from '../../model/delivery.ts';
import { type Instant, type Millis, millis } from '../../model/time.ts';
import type { HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { limitReports, waitAfterLimit } from './limits.ts';
import { type Problem, readProblem } from './problem.ts';

/** What an answer of X means, apart from what it means for a particular attempt. */
export type Verdict =
  /** The request's timestamp is not X's time. */
  | 'clock'
  | 'credit'
  | 'limit'
  | 'duplicate'
  | 'tooLong'
  /** The application or its token may not do this: a new token is needed. */
  | 'permission'
  /** The application is not set up for this API. */
  | 'enrolment'
  /** The account is locked, suspended or taken for a spammer: a human must look. */
  | 'account'
  | 'recipient'
  /** Signature or token not accepted; that may be X's trouble, so it proves nothing about the token. */
  | 'auth'
  /** Not done, and worth another try. */
  | 'busy'
  /** It may have been done. */
  | 'unsure'
  /** Something in between answered in X's place. */
  | 'between'
  | 'rejected';

interface Row {
  readonly verdict: Verdict;
  readonly status?: (status: number) => boolean;
  readonly codes?: readonly number[];
  readonly types?: readonly string[];
  readonly says?: RegExp;
}

// The first row of which anything but `status` fits decides; a row of a status alone needs that status.
const rows: readonly Row[] = [
  { verdict: 'clock', codes: [135] },
  {
    verdict: 'credit',
    types: ['credits-depleted', 'credits'],
    says: /credits ?depleted|spend(?:ing)? (?:cap|limit)/i,
  },
  { verdict: 'credit', status: (status) => status === 402 },
  { verdict: 'limit', codes: [88, 185], types: ['usage-capped', 'rate-limits'] },
  { verdict: 'limit', status: (status) => status === 429 },
  { verdict: 'duplicate', codes: [187], says: /duplicate content|already said that|status is a duplicate/i },
  { verdict: 'tooLong', codes: [186, 354], says: /text is too long|over \d+ characters/i },
  { verdict: 'permission', codes: [93, 261], types: ['oauth1-permissions', 'unsupported-authentication'] },
  { verdict: 'enrolment', types: ['client-forbidden'], codes: [453, 416] },
  { verdict: 'account', codes: [64, 226, 326], says: /not permitted to perform this action/i },
  { verdict: 'recipient', codes: [150, 151, 349, 476, 17, 50, 63, 108], types: ['resource-not-found'] },
  { verdict: 'recipient', says: /permission to DM|this operation is not permitted|cannot send messages to/i },
  { verdict: 'auth', codes: [32, 89, 215] },
  { verdict: 'busy', codes: [130] },
  { verdict: 'unsure', codes: [131] },
  { verdict: 'auth', status: (status) => status === 401 },
  { verdict: 'busy', status: (status) => status === 408 || status === 425 },
  { verdict: 'unsure', status: (status) => status >= 500 },
  { verdict: 'between', status: (status) => status >= 300 && status < 400 },
];

/** What X's complaint means. */
function verdictOf(problem: Problem): Verdict {
  const row = rows.find((row) => fits(row, problem));
  if (row === undefined) return problem.html ? 'between' : 'rejected';
  // A page instead of the API's answer: a proxy or a portal may use any status.
  return problem.html && row.verdict === 'auth' ? 'between' : row.verdict;
}

function fits(row: Row, problem: Problem): boolean {
  if (row.status !== undefined) return row.status(problem.status);
  return (
    problem.codes.some((code) => row.codes?.includes(code) === true) ||
    problem.types.some((type) => row.types?.includes(type) === true) ||
    row.says?.test(problem.text) === true
  );
}

/** What must be known of an attempt to judge its answer. */
export interface Judged {
  readonly now: Instant;
  /** An earlier attempt may have arrived: then "duplicate" says that it did. */
  readonly mayHaveArrived: boolean;
}

const quarterHour = millis(15 * 60_000);
const hour = millis(3_600_000);

type Outcome =
  | { readonly type: 'retry'; readonly reason: FailureReason; readonly afterMs?: Millis }
  | { readonly type: 'failed'; readonly reason: FailureReason };

const outcomes: Readonly<Record<Exclude<Verdict, 'unsure'>, Outcome>> = {
  clock: { type: 'retry', reason: 'auth', afterMs: quarterHour },
  auth: { type: 'retry', reason: 'auth', afterMs: quarterHour },
  credit: { type: 'retry', reason: 'outOfCredit', afterMs: hour },
  limit: { type: 'retry', reason: 'rateLimited' },
  account: { type: 'retry', reason: 'auth', afterMs: hour },
  between: { type: 'retry', reason: 'unavailable', afterMs: quarterHour },
  busy: { type: 'retry', reason: 'unavailable' },
  duplicate: { type: 'failed', reason: 'rejected' },
  tooLong: { type: 'failed', reason: 'tooLong' },
  recipient: { type: 'failed', reason: 'recipient' },
  permission: { type: 'failed', reason: 'auth' },
  enrolment: { type: 'failed', reason: 'auth' },
  rejected: { type: 'failed', reason: 'rejected' },
};

/** What an answer that is not a success means for the attempt. */
export function deliveryOfProblem(answer: HttpAnswer, judged: Judged): Delivery {
  const problem = readProblem(answer);
  const verdict = verdictOf(problem);
  const limits = limitReports(answer, judged.now);
  const detail = describe(verdict, problem);
  if (verdict === 'unsure') return { type: 'unknown', detail, limits };
  if (verdict === 'duplicate' && judged.mayHaveArrived) return { type: 'sent', receipt: 'duplicate', limits };
  const outcome = outcomes[verdict];
  if (outcome.type === 'failed') return { ...outcome, detail };
  const wait = verdict === 'limit' ? { afterMs: waitAfterLimit(answer, judged.now) } : {};
  return { ...outcome, ...wait, detail, limits };
}

/** What no answer at all means for the attempt. */
export function deliveryOfFailure(failure: HttpFailure): Delivery {
  if (failure.reached === 'unknown') return { type: 'unknown', detail: failure.detail };
  const reason = failure.cause === 'timeout' || failure.cause === 'aborted' ? 'timeout' : 'unavailable';
  return { type: 'retry', reason, detail: failure.detail };
}

/** What is said of each; `docs/x.md` explains them. */
export const meanings: Readonly<Record<Verdict, string>> = {
  clock: "X does not accept this machine's time",
  credit: 'no credits left at X: buy some, or raise the spending limit, in its console',
  limit: "X's limit is reached",
  duplicate: 'X refused a duplicate of an earlier message',
  tooLong: 'X finds the text too long',
  permission:
    'the application may not do this: give it "Read and write and Direct message", then log in anew',
  enrolment: 'the application is not enrolled for this: move it to Pay-per-use and Production in the console',
  account: 'X locked or restricted the account: log in there with a browser and look',
  recipient: 'X does not let this account write to the recipient',
  auth: 'X did not accept the credentials (they are kept: this may be its trouble)',
  busy: 'X is busy',
  unsure: 'X failed, perhaps after it did what was asked',
  between: 'something between this machine and X answered',
  rejected: 'X refused',
};

function describe(verdict: Verdict, problem: Problem): string {
  const codes = problem.codes.length > 0 ? `, code ${problem.codes.join(' ')}` : '';
  return `${meanings[verdict]} (HTTP ${problem.status}${codes}${problem.text === '' ? '' : `: ${problem.text}`})`;
}
