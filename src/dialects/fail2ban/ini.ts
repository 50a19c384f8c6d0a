/** The options of each section, as they were written; names of options are in lower case. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Files as the importer sees them: `read` gives nothing for a file that is not there. */
export interface Folder {
  readonly read: (path: string) => string | undefined;
  /** The names in a folder; empty when there is none. */
  readonly list: (path: string) => readonly string[];
}

/** What several files come to, one read over the other. */
export interface Options {
  readonly defaults: ReadonlyMap<string, string>;
  readonly sections: Sections;
  /** What an option of a section was before a later file said something else: `%(known/NAME)s`. */
  readonly known: Sections;
  /** Files that were named and are not there. */
  readonly missing: readonly string[];
}

const DEFAULTS = 'DEFAULT';

/** Most files that may include each other. */
const MOST_FILES = 100;

/**
 * Parses one file in the form of Python's configparser: `[section]`, `name = value` or `name: value`, lines that
 * go on are indented, comments begin with `#` or `;` on a line of their own, or with `;` after a blank.
 */
export function parseIni(text: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let name: string | undefined;
  for (const written of text.split(/\r?\n/)) {
    const line = withoutComment(written);
    if (line.trim() === '') continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header !== null) {
      section = sections.get(header[1] ?? '') ?? new Map();
      sections.set(header[1] ?? '', section);
      name = undefined;
    } else if (/^\s/.test(line) && section !== undefined && name !== undefined) {
      section.set(name, `${section.get(name) ?? ''}\n${line.trim()}`);
    } else {
      const split = line.search(/[=:]/);
      if (split < 0 || section === undefined) continue;
      name = line.slice(0, split).trim().toLowerCase();
      section.set(name, line.slice(split + 1).trim());
    }
  }
  return sections;
}

function withoutComment(line: string): string {
  if (/^\s*[#;]/.test(line)) return '';
  const comment = line.search(/\s;/);
  return comment < 0 ? line : line.slice(0, comment);
}

/** Reads files with what they include before and after themselves, and the `.local` file beside each. */
export function readOptions(paths: readonly string[], folder: Folder): Options {
  const defaults = new Map<string, string>();
  const sections = new Map<string, Map<string, string>>();
  const known = new Map<string, Map<string, string>>();
  const missing: string[] = [];
  for (const path of withIncluded(paths, folder, missing)) {
    for (const [name, options] of parseIni(folder.read(path) ?? '')) {
      const own = name === DEFAULTS ? defaults : (sections.get(name) ?? new Map<string, string>());
      if (name !== DEFAULTS) sections.set(name, own);
      const before = known.get(name) ?? new Map<string, string>();
      known.set(name, before);
      for (const [option, value] of options) {
        const old = own.get(option);
        if (old !== undefined) before.set(option, old);
        own.set(option, value);
      }
    }
  }
  return { defaults, sections, known, missing };
}

function withIncluded(paths: readonly string[], folder: Folder, missing: string[]): readonly string[] {
  const order: string[] = [];
  let files = 0;
  const visit = (path: string, above: readonly string[], must: boolean): void => {
    if (above.includes(path) || (files += 1) > MOST_FILES) return;
    const text = folder.read(path);
    if (text === undefined) return void (must && missing.push(path));
    const includes = parseIni(text).get('INCLUDES');
    const named = (key: string): readonly string[] =>
      (includes?.get(key) ?? '').split('\n').flatMap((name) => (name === '' ? [] : [beside(path, name)]));
    for (const before of named('before')) both(before, [...above, path], true);
    order.push(path);
    // What comes after is meant for customisations, which need not be there.
    for (const after of named('after')) both(after, [...above, path], false);
  };
  const both = (path: string, above: readonly string[], must: boolean): void => {
    visit(path, above, must);
    const local = path.replace(/\.[^./]*$/, '.local');
    if (local !== path && !paths.includes(local)) visit(local, above, false);
  };
  for (const path of paths) both(path, [], true);
  return order;
}

/** A name as it stands in a file. */
function beside(path: string, name: string): string {
  return name.startsWith('/') ? name : `${path.includes('/') ? path.replace(/\/[^/]*$/, '') : '.'}/${name}`;
}
