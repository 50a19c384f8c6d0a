import { userInfo } from 'node:os';
import type { Place } from '../dialects/native/place.ts';
import { switchWords } from '../dialects/sec/switch-words.ts';
import { readSwatchArguments } from '../dialects/swatch/command-line.ts';
import { includesOf, readSwatch, type SwatchSource } from '../dialects/swatch/read.ts';
import { noFindings } from '../dialects/swatch/report.ts';
import { scanPattern } from '../dialects/swatch/scan-pattern.ts';
import { swatchKind, writeSwatchOptions } from '../engine/swatch-rule.ts';
import type { SwatchProgram } from '../engine/swatch/program.ts';
import { hashText } from '../kit/hash.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { AlertAction, Pattern, Rule } from '../model/program.ts';
import type { ConfigPorts } from './files.ts';
import type { SwatchInclude } from './include-forms.ts';
import { resolvePath } from './paths.ts';
import type { SecRules } from './sec-include.ts';

/** Files that one configuration may include, each other's too. */
const MOST_FILES = 1000;

interface ReadPorts {
  readonly ports: ConfigPorts;
  readonly match: MatchPorts;
}

/** A configuration of swatch as it was read. */
export interface SwatchFile extends ReturnType<typeof readSwatch> {
  /** It and the files that it includes. */
  readonly files: readonly string[];
}

/** Reads the file of one include, and those that it includes; `place` is where it stands. */
export async function readSwatchInclude(
  include: SwatchInclude,
  place: Place,
  { ports, match }: ReadPorts,
): Promise<SecRules> {
  const path = resolvePath(include.swatch, place.file);
  const given = readSwatchArguments(switchWords(include.options));
  const { awk, oldStyle } = given;
  const shell = include.shell === 'allow';
  const read = await readSwatchFile(path, { awk, oldStyle, shell, place }, { ports, match });
  const { program, findings } = read;
  const { pattern, everyRecord, expressions } = scanPattern(program);
  return {
    rule: swatchRule(include, program, pattern, place),
    files: read.files,
    diagnostics: [
      ...given.diagnostics.map((diagnostic) => ({ ...place, ...diagnostic })),
      ...findings.errors,
      ...findings.repaired,
    ],
    broken: findings.leftOut,
    traps: findings.traps,
    everyRecord,
    expressions,
  };
}

interface FileOptions {
  readonly awk?: boolean;
  readonly oldStyle?: boolean;
  readonly shell?: boolean;
  /** Where the path stands; absent: on the command line. */
  readonly place?: Place;
}

/** Reads a configuration file with those that it includes; a file that cannot be read is among the errors. */
export async function readSwatchFile(
  path: string,
  { awk = false, oldStyle = false, shell = true, place }: FileOptions,
  { ports, match }: ReadPorts,
): Promise<SwatchFile> {
  const files = await readAll(path, ports);
  const main = files.get(path);
  if (typeof main !== 'object') {
    const message = `${path} ${main ?? 'was not read'}`;
    const unreadable: Diagnostic = { code: 'config.unreadable', severity: 'error', message, ...place };
    return { program: { blocks: [] }, findings: { ...noFindings(), errors: [unreadable] }, files: [] };
  }
  const read = readSwatch(main, {
    ports: match,
    awk,
    oldStyle,
    shell,
    user: userName(),
    included: (name, from) => files.get(resolvePath(name, from)) ?? 'was not read',
  });
  return { ...read, files: [...files].flatMap(([name, file]) => (typeof file === 'string' ? [] : [name])) };
}

/** The file and all that it includes, by path; a text says why there is none. */
async function readAll(path: string, ports: ConfigPorts): Promise<Map<string, SwatchSource | string>> {
  const files = new Map<string, SwatchSource | string>();
  const wanted = [path];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (files.has(name) || files.size >= MOST_FILES) continue;
    const read = await ports.bytes(name);
    files.set(name, read.ok ? { name, text: read.text } : read.detail);
    if (!read.ok) continue;
    for (const { path: next } of includesOf(read.text)) wanted.push(resolvePath(next, name));
  }
  return files;
}

/** Swatch's mail to nobody goes to whoever runs it. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A number without an entry in the list of users.
    return 'root';
  }
}

function swatchRule(
  { id, from, time, alert }: SwatchInclude,
  program: SwatchProgram,
  pattern: Pattern,
  { file, line, column }: Place,
): Rule {
  return {
    id,
    kind: swatchKind,
    ...(from === undefined ? {} : { from }),
    pattern,
    except: [],
    key: ['place', 'track'],
    options: writeSwatchOptions({ program, on: alert === false ? [] : alert.on, time }),
    actions: alert === false ? [] : [alertOf(alert)],
    origin: { dialect: 'swatch', file, line, column },
    // Its blocks have hashes of their own: the counters of those that did not change stay.
    hash: hashText(`swatch ${id}`),
  };
}

const alertOf = ({ severity, quiet }: Exclude<SwatchInclude['alert'], false>): AlertAction => ({
  type: 'alert',
  severity,
  title: '{{ message }}',
  text: '{{ line }}',
  ...(quiet === undefined ? {} : { quiet }),
});
