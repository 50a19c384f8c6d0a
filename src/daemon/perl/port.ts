import type { PerlAnswer, PerlArgument, PerlCall, PerlValue } from '../../engine/sec/contract.ts';
import { startPerl, type Breakdown, type ChildLimits, type PerlChild } from './child.ts';
import { createBreaker } from './breaker.ts';
import { decodeAnswer, encodeRequest, type Answer, type Request } from './framing.ts';
import { createReferences, type CodeMemory } from './references.ts';

/** A Perl for rules, to be asked while the engine steps. */
export interface Perl {
  call(call: PerlCall): PerlAnswer;
  close(): void;
}

export interface PerlOptions {
  /** All that the Perl finds in its environment. */
  readonly environment: { readonly [name: string]: string };
  /** What the operator should know: it was ended and begins anew, or its code warned. */
  readonly say: (code: 'perl.restarted' | 'perl.warning' | 'perl.missing', text: string) => void;
  /** Longest call, in milliseconds. */
  readonly limitMs?: number;
  readonly limits?: Partial<ChildLimits>;
  /** Absent: functions do not outlive the program. */
  readonly memory?: CodeMemory;
}

const defaults = {
  references: 10_000,
  answer: 1024 * 1024,
  memory: 512 * 1024 * 1024,
};
const defaultLimitMs = 2000;
/** Where Perl cannot be started it is tried again after this long. */
const missingMs = 10_000;

/**
 * A Perl that starts at its first question and stays; its variables live as long as it does. When it takes
 * too long, ends or grows too large, it is ended: that call answers with an error, and the next begins with
 * a new Perl, for which the functions that came of evaluated code are evaluated again. Rules' code runs in
 * the package `main::SEC`.
 */
export function createPerl(options: PerlOptions): Perl {
  const limits = { ...defaults, ...options.limits };
  const limitMs = options.limitMs ?? defaultLimitMs;
  const references = createReferences(limits.references, options.memory);
  const breaker = createBreaker();
  let child: PerlChild | undefined;
  let missingUntil = 0;

  const start = (): PerlChild | undefined => {
    if (child !== undefined || performance.now() < missingUntil) return child;
    child = startPerl(options.environment, limits);
    references.forget();
    if (child === undefined) {
      missingUntil = performance.now() + missingMs;
      options.say('perl.missing', 'perl (or mkfifo) cannot be started: rules with Perl code do not work');
    }
    return child;
  };

  const ask = (request: Request): Pick<Answer, 'result' | 'changed'> => {
    const asked = start();
    if (asked === undefined) return failed('perl cannot be started');
    const body = asked.exchange(encodeRequest(request), limitMs);
    if (typeof body === 'string') return breakDown(asked, body);
    const { warnings, ...answer } = decodeAnswer(body);
    for (const warning of warnings) options.say('perl.warning', warning);
    return answer;
  };

  const breakDown = (broken: PerlChild, how: Breakdown): Pick<Answer, 'result' | 'changed'> => {
    broken.kill();
    child = undefined;
    const why = reasonOf(how, limitMs, limits.memory);
    options.say('perl.restarted', `the Perl of the rules begins anew, without its variables: ${why}`);
    return failed(why);
  };

  /** The child's own number of a reference; undefined: what it was is gone. */
  const localOf = (reference: number): number | undefined => {
    start();
    const known = references.localOf(reference);
    const origin = references.originOf(reference);
    if (known !== undefined || origin === undefined) return known;
    const { result: again } = ask({ type: 'eval', code: origin });
    const made = again.type === 'values' && again.values.length === 1 ? again.values[0] : undefined;
    if (made === undefined || made === null || typeof made === 'string') return undefined;
    references.bind(reference, made.ref);
    return made.ref;
  };

  const requestOf = (call: PerlCall): Request | undefined => {
    if (call.type === 'eval') return call;
    const asked = start();
    const local = localOf(call.function);
    const args = call.args.map((argument) => localArgument(argument, localOf));
    // Evaluating one of them again may have ended the Perl that knew the others.
    const isKnown = child === asked && args.every((argument) => argument !== undefined);
    return isKnown && local !== undefined ? { type: 'call', function: local, args } : undefined;
  };

  return {
    call(call) {
      const key = call.type === 'eval' ? call.code : call.function;
      if (breaker.isOpen(key))
        return { ok: false, error: 'it ran too long again and again, and rests a minute' };
      const request = requestOf(call);
      if (request === undefined)
        return { ok: false, error: 'that reference went with the Perl that made it' };
      const { result, changed } = ask(request);
      breaker.took(key, result.type === 'error' && child === undefined);
      const answer = answerOf(result, (local, isOnly) =>
        references.globalOf(local, isOnly && call.type === 'eval' ? call.code : undefined),
      );
      return changed.size === 0 ? answer : { ...answer, changed: [...changed] };
    },
    close() {
      child?.kill();
      child = undefined;
    },
  };
}

const failed = (error: string): Pick<Answer, 'result' | 'changed'> => ({
  result: { type: 'error', error },
  changed: new Map(),
});

function reasonOf(how: Breakdown, limitMs: number, memory: number): string {
  switch (how) {
    case 'timedOut':
      return `it took longer than ${limitMs} ms`;
    case 'ended':
      return 'its process ended';
    case 'tooLarge':
      return `it took more than ${Math.round(memory / 1024 / 1024)} MiB of memory`;
  }
}

function localArgument(
  argument: PerlArgument,
  localOf: (reference: number) => number | undefined,
): PerlArgument | undefined {
  if (argument === null || typeof argument === 'string') return argument;
  if ('ref' in argument) {
    const ref = localOf(argument.ref);
    return ref === undefined ? undefined : { ref };
  }
  if ('list' in argument) {
    const list = argument.list.map((value) => localArgument(value, localOf));
    return list.every(isValue) ? { list } : undefined;
  }
  const members = Object.entries(argument.hash).map(([name, value]) => [name, localArgument(value, localOf)]);
  return members.some(([, value]) => value === undefined) ? undefined : { hash: Object.fromEntries(members) };
}

const isValue = (argument: PerlArgument | undefined): argument is PerlValue =>
  argument === null || typeof argument === 'string' || (argument !== undefined && 'ref' in argument);

function answerOf(
  result: Answer['result'],
  globalOf: (local: number, isOnly: boolean) => number,
): PerlAnswer {
  if (result.type === 'error') return { ok: false, error: result.error };
  if (result.type === 'hash') return { ok: true, values: [], hash: result.hash };
  const isOnly = result.values.length === 1;
  const values = result.values.map((value): PerlValue =>
    value === null || typeof value === 'string' ? value : { ref: globalOf(value.ref, isOnly) },
  );
  return { ok: true, values };
}
