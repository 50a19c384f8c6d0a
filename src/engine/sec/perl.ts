import type { Cache } from './cache.ts';
import type {
  ChangedHashes,
  PerlAnswer,
  PerlArgument,
  PerlCall,
  PerlValue,
  SecPlace,
  SecPorts,
} from './contract.ts';
import type { Outputs } from './outputs.ts';

/** The values a piece of Perl gave; `hash`: they are the members of one hash. Undefined: it failed, and that was said. */
export type PerlResult =
  | { readonly values: readonly PerlValue[]; readonly hash?: { readonly [name: string]: string | null } }
  | undefined;

/** Perl code of rules. */
export interface Perl {
  /** Calls a function with the variables of matches in the cache, which it may change. */
  callWithCached(code: string, entries: readonly string[], place: SecPlace): PerlResult;
  /** Runs a text of code anew. */
  evaluate(code: string, place: SecPlace): PerlResult;
  /** Calls a function given as text, which is compiled once. */
  callCode(code: string, args: readonly PerlArgument[], place: SecPlace): PerlResult;
  callReference(reference: number, args: readonly PerlArgument[], place: SecPlace): PerlResult;
}

export function createPerl(port: SecPorts['perl'], cache: Cache, outputs: Outputs): Perl {
  const functions = new Map<string, number | undefined>();

  const miss = (place: SecPlace): undefined => {
    outputs.limit('perl-missing', 'its Perl code does not work: there is no Perl', place);
  };

  const ask = (
    call: PerlCall,
    place: SecPlace,
    change?: (changed: ChangedHashes) => void,
  ): Extract<PerlAnswer, { ok: true }> | undefined => {
    if (port === undefined) return miss(place);
    const answer = port(call);
    if (answer.changed !== undefined) change?.(answer.changed);
    if (answer.ok) return answer;
    outputs.limit('perl-error', `Perl code failed: ${answer.error.trim()}`, place);
    return undefined;
  };

  const compiled = (code: string, place: SecPlace): number | undefined => {
    if (functions.has(code)) return functions.get(code);
    const [first] = ask({ type: 'eval', code }, place)?.values ?? [];
    const reference = typeof first === 'object' && first !== null ? first.ref : undefined;
    if (reference === undefined && port !== undefined) {
      outputs.limit('perl-function', 'its Perl code gives no function', place);
    }
    functions.set(code, reference);
    return reference;
  };

  const callReference: Perl['callReference'] = (reference, args, place) =>
    ask({ type: 'call', function: reference, args }, place);

  return {
    evaluate: (code, place) => ask({ type: 'eval', code }, place),
    callCode(code, args, place) {
      const reference = compiled(code, place);
      return reference === undefined ? undefined : callReference(reference, args, place);
    },
    callReference,
    callWithCached(code, entries, place) {
      const reference = compiled(code, place);
      if (reference === undefined) return undefined;
      const args = entries.map((entry): PerlArgument => {
        const variables = cache.get(entry);
        return variables === undefined ? null : { hash: Object.fromEntries(variables) };
      });
      return ask({ type: 'call', function: reference, args }, place, (changed) => {
        for (const [at, hash] of changed) cache.set(entries[at] ?? '', new Map(Object.entries(hash)));
      });
    },
  };
}

/** Whether Perl takes a value for true. */
export const isTrue = (value: PerlValue | undefined): boolean =>
  value !== undefined && value !== null && value !== '' && value !== '0';

/** What one looks at where one value is wanted: the last of the list. */
export const holds = (result: PerlResult): boolean =>
  result !== undefined && (result.hash !== undefined || isTrue(result.values.at(-1)));
