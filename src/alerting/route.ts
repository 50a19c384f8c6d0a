import { matchesGlob } from '../kit/glob.ts';
import type { Json } from '../model/json.ts';
import type { Fields, Severity } from '../model/program.ts';
import type { AlertingRules, Receiver, Route } from './contract.ts';

/** What routes look at. */
export interface Subject {
  readonly rule: string;
  readonly severity: Severity;
  readonly fields: Fields;
  readonly host?: string;
  readonly program?: string;
  readonly source: string;
}

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
    if (!matches(route, subject)) continue;
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

function matches({ when }: Route, subject: Subject): boolean {
  if (when.severity !== undefined && !when.severity.includes(subject.severity)) return false;
  if (when.rule !== undefined && !anyFits(when.rule, subject.rule)) return false;
  return Object.entries(when.fields).every(([name, globs]) => {
    const value = textOf(fieldOf(subject, name));
    return value !== undefined && anyFits(globs, value);
  });
}

const anyFits = (globs: readonly string[], text: string): boolean =>
  globs.some((glob) => matchesGlob(glob, text));

function fieldOf(subject: Subject, name: string): Json | undefined {
  if (Object.hasOwn(subject.fields, name)) return subject.fields[name];
  return name === 'host' || name === 'program' || name === 'source' ? subject[name] : undefined;
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
