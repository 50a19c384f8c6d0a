import type { Bindings, MatchVariables } from '../bindings.ts';
import { cachedName } from '../bindings.ts';
import type { Cache } from '../cache.ts';
import { bindingsOf, type Found } from '../patterns.ts';
import type { SecRule } from '../program.ts';
import { cachedReferences } from '../template.ts';

/** Makes bindings of a match that stay true when the match cache is emptied. */
export type Capture = (found: NonNullable<Found>) => Bindings;

/** For a rule: knows which values of the match cache its texts name. */
export function createCapture(rule: SecRule, cache: Cache): Capture {
  // Whatever stands between the texts cannot look like such a name.
  const text = JSON.stringify(rule);
  const references = [...cachedReferences(text, 'dollar'), ...cachedReferences(text, 'percent')];
  if (references.length === 0) return bindingsOf;
  return (found) => (found === 'bare' ? {} : { dollar: withCached(found, references, cache) });
}

function withCached(
  variables: MatchVariables,
  references: readonly (readonly [string, string])[],
  cache: Cache,
): MatchVariables {
  const all = new Map(variables);
  for (const [entry, name] of references)
    all.set(cachedName(entry, name), cache.get(entry)?.get(name) ?? null);
  return all;
}
