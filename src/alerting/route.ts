import type { AlertingRules, Escalation, Receiver, Route } from './contract.ts';
import type { Severity } from '../model/program.ts';
import { matches, type Subject } from './subject.ts';

/** Who hears of something, each once, in the order of routes; `why` is a sentence. */
export interface Routing {
  readonly receivers: readonly Receiver[];
  readonly why: string;
  /** Receiver → how it hears of it, by the first route that names it. */
  readonly plans?: ReadonlyMap<string, Plan>;
  readonly escalations?: readonly Escalation[];
}

/** How a receiver hears of what a route sends to it. */
export type Plan = Pick<Route, 'repeat' | 'group'>;

/** Rules and severities whose routing is remembered. */
const MOST_KNOWN = 10_000;

/**
 * `routeOf` for one configuration. Where no route looks at fields, which is the rule, an alert's rule and
 * severity decide, and each pair is asked for once.
 */
export function createRouter(
  rules: Pick<AlertingRules, 'routes' | 'receivers'>,
): (subject: Subject) => Routing {
  const asksForFields = rules.routes.some(({ when }) => Object.keys(when.fields).length > 0);
  if (asksForFields) return (subject) => routeOf(rules, subject);
  const known: { readonly [Word in Severity]: Map<string, Routing> } = {
    info: new Map(),
    warning: new Map(),
    critical: new Map(),
  };
  return (subject) => {
    const ofSeverity = known[subject.severity];
    const before = ofSeverity.get(subject.rule);
    if (before !== undefined) return before;
    const routing = routeOf(rules, subject);
    if (ofSeverity.size < MOST_KNOWN) ofSeverity.set(subject.rule, routing);
    return routing;
  };
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
  const plans = new Map<string, Plan>();
  const escalations: Escalation[] = [];
  for (const [index, route] of routes.entries()) {
    if (!matches(route.when, subject)) continue;
    taken.push(index + 1);
    for (const name of route.to) if (!plans.has(name)) plans.set(name, route);
    if (route.escalate !== undefined) escalations.push(route.escalate);
    if (!route.continues) break;
  }
  if (taken.length === 0) {
    const everybody = receivers.filter(({ onlyByName }) => onlyByName !== true);
    return {
      receivers: everybody,
      why: routes.length === 0 ? 'no routes: to all' : 'no route matches: to all',
    };
  }
  const found = [...plans.keys()].flatMap(
    (name) => receivers.find((receiver) => receiver.name === name) ?? [],
  );
  return { receivers: found, why: `by route ${taken.join(' and ')}`, plans, escalations };
}
