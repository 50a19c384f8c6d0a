import type { AlertingRules, Receiver } from './contract.ts';
import { matches, type Subject } from './subject.ts';

/** Who hears of something, each once, in the order of routes; `why` is a sentence. */
export interface Routing {
  readonly receivers: readonly Receiver[];
  readonly why: string;
}

/**
 * The first route that matches decides, together with those before it that continue. Without a match
 * everyone hears of it: an alert that nobody thought of must not vanish.
 */
export function routeOf(
  { routes, receivers }: Pick<AlertingRules, 'routes' | 'receivers'>,
  subject: Subject,
): Routing {
  const taken: number[] = [];
  const names = new Set<string>();
  for (const [index, route] of routes.entries()) {
    if (!matches(route.when, subject)) continue;
    taken.push(index + 1);
    for (const name of route.to) names.add(name);
    if (!route.continues) break;
  }
  if (taken.length === 0) {
    const everybody = receivers.filter(({ onlyByName }) => onlyByName !== true);
    return {
      receivers: everybody,
      why: routes.length === 0 ? 'no routes: to all' : 'no route matches: to all',
    };
  }
  const found = [...names].flatMap((name) => receivers.find((receiver) => receiver.name === name) ?? []);
  return { receivers: found, why: `by route ${taken.join(' and ')}` };
}
