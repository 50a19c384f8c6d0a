import type { Receiver, Route } from '../alerting/contract.ts';
import { closest } from '../kit/distance.ts';
import { isGlob, matchesGlob } from '../kit/glob.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Path, Locate } from '../dialects/native/place.ts';
import { parseDuration } from '../kit/duration.ts';
import { present } from '../kit/assert.ts';
import type { Millis } from '../model/time.ts';
import type { ConfigDocument } from './document.ts';

/** Who is told of what, as alerting wants it. */
export interface Hearing {
  readonly receivers: readonly Receiver[];
  readonly routes: readonly Route[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Names that things of the configuration may refer to. */
export interface KnownNames {
  readonly channels: readonly string[];
  readonly rules: readonly string[];
}

/** How long a channel may stay without success in a chain that does not say. */
export const defaultPatience: Millis = present(parseDuration('2m'), 'the default of next-after');

/** Receivers and routes; a channel used as a receiver becomes a chain of one. */
export function buildHearing(document: ConfigDocument, locate: Locate, known: KnownNames): Hearing {
  const named = Object.entries(document.receivers).map(
    ([name, { channels, 'next-after': nextAfter }]): Receiver => ({ name, channels, nextAfter }),
  );
  const names = named.map(({ name }) => name);
  const diagnostics = [
    ...clashes(names, locate, known),
    ...Object.entries(document.receivers).flatMap(([name, { channels }]) =>
      unknownNames(channels, known.channels, 'channel', ['receivers', name, 'channels'], locate),
    ),
    ...document.routes.flatMap(({ to }, index) =>
      unknownNames(to, [...names, ...known.channels], 'receiver or channel', ['routes', index, 'to'], locate),
    ),
    ...document.routes.flatMap(({ when }, index) =>
      deadGlobs(when.rule ?? [], known.rules, ['routes', index, 'when', 'rule'], locate),
    ),
    ...unreachableRoutes(document, locate),
    ...Object.keys(document.budgets)
      .filter((name) => !known.channels.includes(name))
      .map((name) => unknownName(name, known.channels, 'channel', locate(['budgets', name], 'key'))),
  ];
  const used = new Set(document.routes.flatMap(({ to }) => to).filter((name) => !names.includes(name)));
  const alone = named.length === 0 ? known.channels : known.channels.filter((name) => used.has(name));
  const receivers = [
    ...named,
    ...alone.map((name) => ({ name, channels: [name], nextAfter: defaultPatience })),
  ];
  return { receivers, routes: document.routes.map(routeOf), diagnostics };
}

function routeOf({ when, to, continue: continues }: ConfigDocument['routes'][number]): Route {
  const { severity, rule, ...fields } = when;
  return {
    when: {
      ...(severity === undefined ? {} : { severity }),
      ...(rule === undefined ? {} : { rule }),
      fields,
    },
    to,
    continues,
  };
}

const clashes = (receivers: readonly string[], locate: Locate, known: KnownNames): Diagnostic[] =>
  receivers
    .filter((name) => known.channels.includes(name))
    .map((name) => ({
      code: 'config.name-clash',
      severity: 'error',
      message: `"${name}" is both a receiver and a channel`,
      ...locate(['receivers', name], 'key'),
      hint: 'a channel is a receiver of one under its own name: rename one of them',
    }));

function unknownNames(
  names: readonly string[],
  known: readonly string[],
  what: string,
  path: Path,
  locate: Locate,
): Diagnostic[] {
  return names.flatMap((name, index) =>
    known.includes(name) ? [] : [unknownName(name, known, what, locate([...path, index]))],
  );
}

/** A name that nothing has. */
export function unknownName(
  name: string,
  known: readonly string[],
  what: string,
  place: ReturnType<Locate>,
): Diagnostic {
  const near = closest(name, known);
  const list = known.length === 0 ? 'there is none at all' : `there are: ${known.join(', ')}`;
  return {
    code: 'config.unknown-name',
    severity: 'error',
    message: `there is no ${what} "${name}"`,
    ...place,
    hint: near === undefined ? list : `did you mean "${near}"?`,
  };
}

/** A route for rules that do not exist never fires: most likely a misspelt id. */
const deadGlobs = (
  globs: readonly string[],
  rules: readonly string[],
  path: Path,
  locate: Locate,
): Diagnostic[] =>
  globs.flatMap((glob, index): Diagnostic[] => {
    if (rules.some((rule) => matchesGlob(glob, rule))) return [];
    const near = isGlob(glob) ? undefined : closest(glob, rules);
    return [
      {
        code: 'config.dead-route',
        severity: 'warning',
        message: `no rule fits "${glob}"`,
        ...locate([...path, index]),
        ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      },
    ];
  });

/** What stands after a route that takes everything is never tried. */
function unreachableRoutes({ routes }: ConfigDocument, locate: Locate): Diagnostic[] {
  const all = routes.findIndex((route) => Object.keys(route.when).length === 0 && !route.continue);
  if (all < 0 || all === routes.length - 1) return [];
  return [
    {
      code: 'config.dead-route',
      severity: 'warning',
      message: 'this route is never tried: the one before takes every alert',
      ...locate(['routes', all + 1]),
      hint: 'write `continue: true` on the one before, or move it to the end',
    },
  ];
}
