import { readOptions, type Folder, type Options } from './ini.ts';
import { valuesOf, type Values } from './interpolate.ts';

/** What a jail says of its filter. */
export interface Jail {
  readonly name: string;
  /** The name of the filter, with its parameters. */
  readonly filter: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly logs: readonly string[];
  readonly terms: Terms;
}

/** How many failures in which time, and what comes of them; times in seconds. */
export interface Terms {
  readonly maxRetry: number;
  readonly findTime: number;
  /** Negative: for ever. */
  readonly banTime: number;
  readonly ignored: readonly string[];
}

/** fail2ban's own, where nobody says anything else. */
export const usualTerms: Terms = { maxRetry: 5, findTime: 600, banTime: 600, ignored: [] };

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
    .map(({ name, values }) => jailOf(name, values));
  return { jails, missing: options.missing.map((file) => `${file} is not there`) };
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

function jailOf(name: string, values: Values): Jail {
  const written = values.value('filter') ?? name;
  const [, filter = name, parameters = ''] = /^([^[\s]+)(?:\[([^]*)\])?/.exec(written) ?? [];
  return {
    name,
    filter,
    parameters: new Map(
      [...parameters.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,\]]*))/g)].map(
        ([, key = '', quoted, single, bare = '']) =>
          [key.toLowerCase(), quoted ?? single ?? bare.trim()] as const,
      ),
    ),
    logs: (values.value('logpath') ?? '')
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
  };
}

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
