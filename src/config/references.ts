import type { Locate, Path } from '../dialects/native/place.ts';
import { closest } from '../kit/distance.ts';
import { isGlob, matchesGlob } from '../kit/glob.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ConfigDocument } from './document.ts';
import { itemsAt, namesAt, textAt, type MapTree } from './tree.ts';

/** The names a configuration gives, also those of things that have mistakes of their own. */
export interface KnownNames {
  readonly sources: readonly string[];
  readonly channels: readonly string[];
  readonly receivers: readonly string[];
  readonly accounts: readonly string[];
  readonly rules: readonly string[];
}

/** Collects names as they are written. */
export const knownNames = (tree: MapTree): KnownNames => ({
  sources: namesAt(tree, 'sources'),
  channels: namesAt(tree, 'channels'),
  receivers: namesAt(tree, 'receivers'),
  accounts: namesAt(tree, 'accounts'),
  rules: [
    ...itemsAt(tree, 'rules').flatMap((rule) => textAt(rule, 'id') ?? []),
    ...itemsAt(tree, 'include').flatMap((item) => textAt(item, 'id') ?? []),
    'sec',
    'swatch',
  ],
});

/** Everything that is named somewhere and is nowhere, and routes that never come to anything. */
export function checkReferences(document: ConfigDocument, locate: Locate, known: KnownNames): Diagnostic[] {
  return [
    ...clashes(locate, known),
    ...unknownAccounts(document, locate, known),
    ...Object.entries(document.receivers).flatMap(([name, { channels }]) =>
      unknownNames(channels, known.channels, 'channel', ['receivers', name, 'channels'], locate),
    ),
    ...Object.entries(document.receivers).flatMap(([name, { 'quiet-hours': hours }]) =>
      hours === undefined || Object.hasOwn(document['quiet-hours'], hours)
        ? []
        : [
            unknownName(
              hours,
              Object.keys(document['quiet-hours']),
              'quiet-hours',
              locate(['receivers', name, 'quiet-hours']),
            ),
          ],
    ),
    ...document.include.flatMap((item, index) =>
      'from' in item
        ? [
            ...unknownNames(item.from ?? [], known.sources, 'source', ['include', index, 'from'], locate),
            ...Object.keys('contexts' in item ? item.contexts : {}).flatMap((name) =>
              known.sources.includes(name)
                ? []
                : [
                    unknownName(
                      name,
                      known.sources,
                      'source',
                      locate(['include', index, 'contexts', name], 'key'),
                    ),
                  ],
            ),
          ]
        : [],
    ),
    ...document.routes.flatMap(({ to, when, escalate }, index) => [
      ...unknownNames(
        to,
        [...known.receivers, ...known.channels],
        'receiver or channel',
        ['routes', index, 'to'],
        locate,
      ),
      ...unknownNames(
        escalate?.to ?? [],
        [...known.receivers, ...known.channels],
        'receiver or channel',
        ['routes', index, 'escalate', 'to'],
        locate,
      ),
      ...deadGlobs(when.rule ?? [], known.rules, ['routes', index, 'when', 'rule'], locate),
    ]),
    ...unknownNames(
      document.drill?.receivers ?? [],
      [...known.receivers, ...known.channels],
      'receiver or channel',
      ['drill', 'receivers'],
      locate,
    ),
    ...document.inhibit.flatMap(({ source, target }, index) => [
      ...deadGlobs(source.rule ?? [], known.rules, ['inhibit', index, 'source', 'rule'], locate),
      ...deadGlobs(target.rule ?? [], known.rules, ['inhibit', index, 'target', 'rule'], locate),
    ]),
    ...unreachableRoutes(document, locate),
    ...Object.keys(document.budgets)
      .filter((name) => !known.channels.includes(name))
      .map((name) => unknownName(name, known.channels, 'channel', locate(['budgets', name], 'key'))),
    ...unknownTested(document, locate, known),
  ];
}

const clashes = (locate: Locate, known: KnownNames): Diagnostic[] =>
  known.receivers
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
function unknownName(
  name: string,
  known: readonly string[],
  what: string,
  place: ReturnType<Locate>,
): Diagnostic {
  const near = closest(name, known);
  const list = known.length === 0 ? `no ${what} is configured` : `known: ${known.join(', ')}`;
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
    // What the program says about itself has rules that stand in no file.
    if (glob.startsWith('sentinel/') || rules.some((rule) => matchesGlob(glob, rule))) return [];
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

/** Channels name the account they write with by the option `account`. */
function unknownAccounts(
  { channels }: ConfigDocument,
  locate: Locate,
  { accounts }: KnownNames,
): Diagnostic[] {
  return Object.entries(channels).flatMap(([name, data]) =>
    Object.entries(data ?? {}).flatMap(([kind, options]: [string, unknown]) => {
      const account =
        typeof options === 'object' && options !== null && 'account' in options ? options.account : undefined;
      if (typeof account !== 'string' || accounts.includes(account)) return [];
      return [unknownName(account, accounts, 'account', locate(['channels', name, kind, 'account']))];
    }),
  );
}

function unknownTested({ tests }: ConfigDocument, locate: Locate, { rules: ids }: KnownNames): Diagnostic[] {
  return tests.flatMap(({ rule, alerts }, index) => {
    const named = [
      { id: rule, path: ['tests', index, 'rule'] },
      ...alerts.map((alert, at) => ({ id: alert.rule, path: ['tests', index, 'alerts', at, 'rule'] })),
    ];
    return named.flatMap(({ id, path }) =>
      id === undefined || ids.includes(id) ? [] : [unknownName(id, ids, 'rule', locate(path))],
    );
  });
}
