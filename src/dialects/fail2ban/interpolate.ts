import type { Options } from './ini.ts';

/** Longest value that filling in may give, and most values that are filled in: files can name each other. */
const LONGEST = 200_000;
const MOST_ROUNDS = 2000;

/** Values of options, filled in. */
export interface Values {
  /** An option with everything it names; undefined when there is none, or when it names itself. */
  readonly value: (option: string) => string | undefined;
}

/**
 * The options of a section: `%(name)s`, `%(section/name)s` and `%(known/name)s` as configparser and fail2ban fill
 * them in, then `<name>` for what other options of the section hold. `given` wins over what the files say.
 */
export function valuesOf(
  { defaults, sections, known }: Options,
  section: string,
  given: ReadonlyMap<string, string> = new Map(),
): Values {
  const init = sections.get('Init');
  let rounds = 0;

  const raw = (name: string, of = section): string | undefined => {
    const own = of === section ? given.get(name) : undefined;
    return own ?? sections.get(of)?.get(name) ?? defaults.get(name);
  };

  const named = (name: string): string | undefined => {
    const [of, option] = split(name);
    if (of === undefined) return name === '__name__' ? section : raw(option);
    if (of.toLowerCase() === 'known') return known.get(section)?.get(option) ?? defaults.get(option);
    return of.toLowerCase() === 'default' ? defaults.get(option) : raw(option, of);
  };

  const expand = (text: string, depth: number): string | undefined => {
    let wrong = false;
    const filled = text.replace(/%(?:%|\(([^()]+)\)s)/g, (token, name: string | undefined) => {
      if (name === undefined) return '%';
      const value = depth > 20 || (rounds += 1) > MOST_ROUNDS ? undefined : named(name.toLowerCase());
      const inner = value === undefined ? undefined : expand(value, depth + 1);
      wrong ||= inner === undefined || inner.length > LONGEST;
      return inner ?? token;
    });
    return wrong || filled.length > LONGEST ? undefined : filled;
  };

  const tagged = (text: string): string | undefined => {
    let value = text;
    let from = 0;
    for (;;) {
      const found = /<([^ <>]+)>/.exec(value.slice(from));
      if (found === null) return value;
      const name = found[1] ?? '';
      const source =
        name.includes('/') && !name.startsWith('/')
          ? named(name)
          : (given.get(name) ?? init?.get(name) ?? raw(name));
      const replacement = source === undefined || /^[A-Z]/.test(name) ? undefined : expand(source, 0);
      const at = from + found.index;
      if (replacement === undefined) {
        from = at + found[0].length;
        continue;
      }
      value = value.slice(0, at) + replacement + value.slice(at + found[0].length);
      // What was put in may be part of the name of another one: `<a_<b>>`.
      from = 0;
      if ((rounds += 1) > MOST_ROUNDS || value.length > LONGEST) return undefined;
    }
  };

  return {
    value(option) {
      rounds = 0;
      const text = given.get(option) ?? init?.get(option) ?? raw(option);
      const filled = text === undefined ? undefined : expand(text, 0);
      return filled === undefined ? undefined : tagged(filled);
    },
  };
}

function split(name: string): readonly [section: string | undefined, option: string] {
  const slash = name.indexOf('/');
  return slash < 0 ? [undefined, name] : [name.slice(0, slash), name.slice(slash + 1)];
}
