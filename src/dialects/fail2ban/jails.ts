import { readOptions, type Folder, type Options } from './ini.ts';
import { valuesOf, type Values } from './interpolate.ts';

/** What a jail says of its filter. */
export interface Jail {
  readonly name: string;
  /** The name of the filter, with its parameters; options of its own replace those of the filter. */
  readonly filter: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Files; none where its lines come from systemd's journal. */
  readonly logs: readonly string[];
  readonly isJournal: boolean;
  /** Its own options that cannot be filled in, in words. */
  readonly unfilled: readonly string[];
  readonly terms: Terms;
}

/** How many failures in which time, and what comes of them; times in seconds. */
export interface Terms {
  readonly maxRetry: number;
  readonly findTime: number;
  /** Negative: for ever. */
  readonly banTime: number;
  readonly ignored: readonly string[];
  /** Options that mean something and have no counterpart, as they are written. */
  readonly lost: readonly string[];
}

/** fail2ban's own, where nobody says anything else. */
export const usualTerms: Terms = { maxRetry: 5, findTime: 600, banTime: 600, ignored: [], lost: [] };

/** Reads `jail.conf`, `jail.d` and `jail.local` of a folder; only jails that are enabled count. */
export function readJails(
  path: string,
  folder: Folder,
): { readonly jails: readonly Jail[]; readonly missing: readonly string[] } {
  const options = jailOptions(path, folder);
  const jails = [...options.sections.keys()]
    .filter((name) => name !== 'INCLUDES')
    .map((name) => ({ name, values: valuesOf(options, name) }))
    .filter(({ values }) => /^(?:1|yes|true|on)$/i.test(values.value('enabled') ?? ''))
    .map(({ name, values }) => jailOf(name, values, ownOptions(options, name)));
  const own = jails.flatMap(({ unfilled }) => unfilled);
  return { jails, missing: [...options.missing.map((file) => `${file} is not there`), ...own] };
}

/** What a jail file says together with those that fail2ban reads with it. */
function jailOptions(path: string, folder: Folder): Options {
  const base = path.includes('/') ? path.replace(/\/[^/]*$/, '') : '.';
  const inner = (end: string): readonly string[] =>
    folder
      .list(`${base}/jail.d`)
      .filter((name) => name.endsWith(end))
      .toSorted()
      .map((name) => `${base}/jail.d/${name}`);
  const standard = /(?:^|\/)jail\.(?:conf|local)$/.test(path);
  const paths = standard
    ? [`${base}/jail.conf`, ...inner('.conf'), `${base}/jail.local`, ...inner('.local')]
    : [path];
  return readOptions(
    paths.filter((each) => folder.read(each) !== undefined),
    folder,
  );
}

/** Options that a jail may have in the place of its filter's. */
const ofFilters: readonly string[] = ['failregex', 'ignoreregex', 'prefregex', 'datepattern', 'journalmatch'];

/** What a jail says in the place of its filter; `%(known/failregex)s` is left for what the filter says. */
function ownOptions(options: Options, name: string): Own {
  const kept = ofFilters.map((option) => [option, `%%(known/${option})s`] as const);
  const known = new Map([...options.known, [name, new Map([...(options.known.get(name) ?? []), ...kept])]]);
  const values = valuesOf({ ...options, known }, name);
  const given = new Map<string, string>();
  const unfilled: string[] = [];
  for (const option of ofFilters) {
    const isSaid = (options.sections.get(name)?.get(option) ?? options.defaults.get(option)) !== undefined;
    const value = values.value(option);
    // It is filled in once more, among the options of the filter.
    if (value !== undefined) given.set(option, value.replace(/%(?!\(known\/)/g, '%%'));
    else if (isSaid) unfilled.push(`jail ${name}: ${option} cannot be filled in`);
  }
  return { given, unfilled };
}

interface Own {
  readonly given: ReadonlyMap<string, string>;
  readonly unfilled: readonly string[];
}

function jailOf(name: string, values: Values, { given, unfilled }: Own): Jail {
  const written = values.value('filter') ?? name;
  const isJournal = (values.value('backend') ?? '').startsWith('systemd');
  const [, filter = name, parameters = ''] = /^([^[\s]+)(?:\[([^]*)\])?/.exec(written) ?? [];
  return {
    name,
    filter,
    unfilled,
    parameters: new Map([
      ...[...parameters.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,\]]*))/g)].map(
        ([, key = '', quoted, single, bare = '']) =>
          [key.toLowerCase(), quoted ?? single ?? bare.trim()] as const,
      ),
      ...given,
    ]),
    isJournal,
    logs: (isJournal ? '' : (values.value('logpath') ?? ''))
      .split('\n')
      .map((line) => line.trim().replace(/\s+(?:tail|head)$/, ''))
      .filter((line) => line.startsWith('/')),
    terms: termsOf(values),
  };
}

function termsOf(values: Values): Terms {
  const time = (option: string, usual: number): number => secondsOf(values.value(option)) ?? usual;
  return {
    maxRetry: Number(values.value('maxretry')) || usualTerms.maxRetry,
    findTime: time('findtime', usualTerms.findTime),
    banTime: time('bantime', usualTerms.banTime),
    ignored: (values.value('ignoreip') ?? '').split(/[\s,]+/).filter((each) => each !== ''),
    lost: withoutCounterpart.flatMap(([option, isMeant]) => {
      const value = values.value(option)?.trim() ?? '';
      return isMeant.test(value) ? [`${option} = ${value}`] : [];
    }),
  };
}

/** Options whose loss changes what is told, and the values with which they do. */
const withoutCounterpart: readonly (readonly [option: string, isMeant: RegExp])[] = [
  ['bantime.increment', /^(?:1|yes|true|on)$/i],
  ['ignorecommand', /./],
  ['logtimezone', /./],
  ['backend', /^systemd\[/],
];

const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:y|yea|year|years|yy|yyyy)$/i, 365.25 * 86_400],
  [/^(?:mo|mon|month|months)$/i, 365.25 * 7200],
  [/^(?:w|we|week|weeks|ww)$/i, 604_800],
  [/^(?:d|da|day|days|dd)$/i, 86_400],
  [/^(?:h|ho|hour|hours|hh)$/i, 3600],
  [/^(?:m|mi|min|minute|minutes|mm)$/i, 60],
  [/^(?:s|se|sec|second|seconds|ss)$/i, 1],
];

/** `600`, `10m`, `1d 12h`, in seconds; undefined for what is none. */
export function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*-?\d/.test(text)) return undefined;
  if (/^\s*-?\d+\s*$/.test(text)) return Number(text);
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/gi)) {
    const length = units.find(([form]) => form.test(unit))?.[1];
    if (length === undefined && unit !== '') return undefined;
    sum += Number(amount) * (length ?? 1);
  }
  return Math.round(sum);
}

/** The terms of a jail of this name, or of one that uses this filter; else those that all jails have. */
export function termsFor(name: string, path: string, folder: Folder): Terms {
  const options = jailOptions(path, folder);
  const own = options.sections.has(name)
    ? name
    : [...options.sections.keys()].find(
        (each) => valuesOf(options, each).value('filter')?.split('[')[0] === name,
      );
  return termsOf(valuesOf(options, own ?? 'DEFAULT'));
}
