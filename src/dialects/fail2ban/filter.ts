import { readOptions, type Folder, type Options } from './ini.ts';
import { valuesOf } from './interpolate.ts';

/** Stands for the head of a line of syslog where expressions name it. */
export const HEAD = '\uE000';

/** A filter with everything filled in; its expressions are still those of Python, with fail2ban's tags. */
export interface Filter {
  readonly failures: readonly string[];
  readonly ignored: readonly string[];
  readonly prefix: string | undefined;
  readonly datePattern: string | undefined;
  /** What of systemd's journal it is about, one choice a line. */
  readonly journal: readonly string[];
  /** The programs whose lines it is about, a Python expression. */
  readonly daemon: string | undefined;
  /** Its lines begin with a head of syslog's, which the reader of lines takes off. */
  readonly syslog: boolean;
  /** The real head, for expressions that do more with it than to begin with it. */
  readonly head: string;
  /** What could not be read or filled in, in words. */
  readonly missing: readonly string[];
}

/** How a filter is used. */
export interface FilterUse {
  readonly given?: ReadonlyMap<string, string>;
  /** False: its lines come from a file of the program's own. */
  readonly syslog?: boolean;
  /** Its lines come from systemd's journal, which has the time beside them. */
  readonly isJournal?: boolean;
}

/** Reads a filter file; `given` are the parameters of its jail: `sshd[mode=aggressive]`. */
export function readFilter(
  path: string,
  folder: Folder,
  { given = new Map(), syslog = true, isJournal = false }: FilterUse = {},
): Filter {
  const options = withKnown(readOptions([path], folder), given);
  // What a line begins with is found by the reader of lines; where that is all, a mark stands for it.
  const defaults = new Map(options.defaults);
  if (defaults.has('__prefix_line')) defaults.set('__prefix_line', HEAD);
  const marked = valuesOf({ ...options, defaults }, 'Definition', given);
  const plain = valuesOf(options, 'Definition', given);
  const daemon = plain.value('_daemon');
  const missing = options.missing.map((file) => `${file} is not there`);
  const lines = (option: string): readonly string[] => {
    const value = marked.value(option);
    if (value === undefined && (options.sections.get('Definition')?.get(option) ?? '') !== '')
      missing.push(`${option} cannot be filled in`);
    return (value ?? '').split('\n').filter((line) => line.trim() !== '');
  };
  return {
    failures: lines('failregex'),
    ignored: lines('ignoreregex'),
    prefix: lines('prefregex')[0],
    datePattern: isJournal ? undefined : plain.value('datepattern'),
    journal: (plain.value('journalmatch') ?? '').split('\n').filter((line) => line.trim() !== ''),
    daemon,
    // A name with blanks in it or behind it is no program of syslog's.
    syslog: syslog && !/\\s| /.test(daemon ?? ''),
    head:
      valuesOf(
        options,
        'Definition',
        new Map([...given, ['__head', options.defaults.get('__prefix_line') ?? '']]),
      ).value('__head') ?? '',
    missing,
  };
}

/** What is given in the place of an option can name it: `%(known/failregex)s`. */
function withKnown(options: Options, given: ReadonlyMap<string, string>): Options {
  const own = options.sections.get('Definition') ?? new Map<string, string>();
  const replaced = [...own].filter(([option]) => given.has(option));
  const known = new Map([...(options.known.get('Definition') ?? []), ...replaced]);
  return { ...options, known: new Map([...options.known, ['Definition', known]]) };
}

/** Whether a file is a filter, and not a list of jails. */
export function isFilter(path: string, folder: Folder): boolean {
  const { sections } = readOptions([path], folder);
  return sections.has('Definition');
}
