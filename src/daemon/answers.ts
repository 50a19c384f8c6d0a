import type { PerlAnswer, PerlCall } from '../engine/sec/contract.ts';
import { hashText } from '../kit/hash.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Json } from '../model/json.ts';

/** What the engine asks the world, where the answer may be another one another time. */
export interface Outside {
  readonly match: MatchPorts;
  readonly perl?: (call: PerlCall) => PerlAnswer;
}

/** The same, and what was answered. */
export interface Recording extends Outside {
  /** Steps, and tells what was answered meanwhile; undefined: nothing that a repetition could not know. */
  during<T>(step: () => T): { readonly result: T; readonly answers?: readonly Json[] };
}

/** The same, answering what was answered before. */
export interface Replay extends Outside {
  /** Steps with these answers. Between steps questions go to the world: rules ask when they are made. */
  during<T>(answers: readonly Json[] | undefined, step: () => T): T;
}

/** One answer as the journal keeps it. An expression that was not cut off needs none: it matches as before. */
type Answer =
  | { readonly type: 'cutOff'; readonly question: string }
  | { readonly type: 'perl'; readonly question: string; readonly answer: PerlAnswer };

/** Records what these ports answer. */
export function recordAnswers({ match, perl }: Outside): Recording {
  let answers: Answer[] = [];
  return {
    match: {
      ...match,
      guarded(regex, text) {
        const found = match.guarded(regex, text);
        if (found === 'timedOut') answers.push({ type: 'cutOff', question: matching(regex, text) });
        return found;
      },
    },
    ...(perl !== undefined && {
      perl: (call) => {
        const answer = perl(call);
        answers.push({ type: 'perl', question: calling(call), answer });
        return answer;
      },
    }),
    during(step) {
      answers = [];
      const result = step();
      // Answers are plain data.
      return answers.length === 0 ? { result } : { result, answers };
    },
  };
}

/** Longer than any live match may take, because a match that was not cut off then must not be now. */
const triesToMatch = 20;

/** Answers from records; `perl` is asked only between steps. */
export function replayAnswers({ match, perl }: Outside): Replay {
  let recorded: Answer[] | undefined;
  return {
    match: {
      ...match,
      guarded(regex, text) {
        const question = recorded === undefined ? '' : matching(regex, text);
        if (recorded?.some((answer) => answer.type === 'cutOff' && answer.question === question)) {
          return 'timedOut';
        }
        for (let tries = 0; tries < triesToMatch; tries += 1) {
          const found = match.guarded(regex, text);
          if (found !== 'timedOut') return found;
        }
        return null;
      },
    },
    ...(perl !== undefined && {
      perl: (call) => {
        if (recorded === undefined) return perl(call);
        const question = calling(call);
        const at = recorded.findIndex((answer) => answer.type === 'perl' && answer.question === question);
        const found = recorded[at];
        if (found?.type !== 'perl') return { ok: false, error: 'this was not asked before' };
        recorded.splice(at, 1);
        return found.answer;
      },
    }),
    during(answers, step) {
      // Only `recordAnswers` makes them.
      recorded = [...((answers ?? []) as unknown as readonly Answer[])];
      try {
        return step();
      } finally {
        recorded = undefined;
      }
    },
  };
}

const matching = (regex: RegExp, text: string): string => hashText(`${regex.flags} ${regex.source}\n${text}`);

/** Without the numbers of references: another Perl gives its functions other ones. */
const calling = (call: PerlCall): string =>
  hashText(JSON.stringify(call, (name, value: unknown) => (isReference(name) ? 0 : value)));

const isReference = (name: string): boolean => name === 'function' || name === 'ref';
