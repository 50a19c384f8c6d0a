import { readOptions, type Folder } from './ini.ts';
import { valuesOf } from './interpolate.ts';

/** Stands for the head of a line of syslog where expressions name it. */
export const HEAD = '\uE000';

/** A filter with everything filled in; its expressions are still those of Python, with fail2ban's tags. */
export interface Filter {
  readonly failures: readonly string[];
  readonly ignored: readonly string[];
  readonly prefix: string | undefined;
  readonly datePattern: string | undefined;
  /** More than one: its expressions are about several lines. */
  readonly maxLines: number;
  /** The programs whose lines it is about, a Python expression. */
  readonly daemon: string | undefined;
  /** The real head, for expressions that do more with it than to begin with it. */
  readonly head: string;
  /** What could not be read or filled in, in words. */
  readonly missing: readonly string[];
}

/** Reads a filter file; `given` are the parameters of a jail: `sshd[mode=aggressive]`. */
export function readFilter(
  path: string,
  folder: Folder,
  given: ReadonlyMap<string, string> = new Map(),
): Filter {
  const options = readOptions([path], folder);
  // What a line begins with is found by the reader of lines; where that is all, a mark stands for it.
  const marked = valuesOf(options, 'Definition', new Map([...given, ['__prefix_line', HEAD]]));
  const plain = valuesOf(options, 'Definition', given);
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
    datePattern: plain.value('datepattern'),
    maxLines: Number(plain.value('maxlines') ?? 1) || 1,
    daemon: plain.value('_daemon'),
    head: plain.value('__prefix_line') ?? '',
    missing,
  };
}

/** Whether a file is a filter, and not a list of jails. */
export function isFilter(path: string, folder: Folder): boolean {
  const { sections } = readOptions([path], folder);
  return sections.has('Definition');
}
