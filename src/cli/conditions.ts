import type { When } from '../alerting/contract.ts';
import { severities } from '../dialects/native/rule-schema.ts';
import type { Severity } from '../model/program.ts';

/** What `FIELD=TEXT` arguments say, in their order; `detail`: what is wrong with them. */
export type Pairs =
  | { readonly ok: true; readonly pairs: readonly (readonly [name: string, text: string])[] }
  | { readonly ok: false; readonly detail: string };

/** Cuts arguments at their first `=`. */
export function readPairs(args: readonly string[]): Pairs {
  const pairs = args.map((arg) => {
    const at = arg.indexOf('=');
    return [arg.slice(0, Math.max(0, at)).trim(), arg.slice(at + 1)] as const;
  });
  const wrong = pairs.findIndex(([name, text]) => name === '' || text === '');
  return wrong < 0
    ? { ok: true, pairs }
    : { ok: false, detail: `'${args[wrong] ?? ''}' is not of the form FIELD=TEXT` };
}

export type Conditions =
  | { readonly ok: true; readonly when: When }
  | { readonly ok: false; readonly detail: string };

/** `FIELD=GLOB…`: all fields must fit, each by any of its globs; `severity` and `rule` are fields too. */
export function readConditions(args: readonly string[]): Conditions {
  const read = readPairs(args);
  if (!read.ok) return read;
  const named = new Map<string, readonly string[]>();
  for (const [name, glob] of read.pairs) named.set(name, [...(named.get(name) ?? []), glob]);
  const severity = named.get('severity');
  const rule = named.get('rule');
  const strange = severity?.find((word) => !isSeverity(word));
  if (strange !== undefined)
    return { ok: false, detail: `severity is one of ${severities.join(', ')}, not '${strange}'` };
  named.delete('severity');
  named.delete('rule');
  const when: When = {
    ...(severity === undefined ? {} : { severity: severity.filter(isSeverity) }),
    ...(rule === undefined ? {} : { rule }),
    fields: Object.fromEntries(named),
  };
  return { ok: true, when };
}

/** Whether a word is a severity. */
export const isSeverity = (word: string): word is Severity => severities.some((one) => one === word);
