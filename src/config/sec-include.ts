import type { Place } from '../dialects/native/place.ts';
import { adviseSec } from '../dialects/sec/advice/advise.ts';
import { readSecFiles, type SecSource } from '../dialects/sec/read.ts';
import { scanPattern, type EveryRecord } from '../dialects/sec/scan-pattern.ts';
import { switchWords } from '../dialects/sec/switch-words.ts';
import { readSwitches, settingsOf } from '../dialects/sec/switches.ts';
import { secKind, writeSecOptions } from '../engine/sec-rule.ts';
import type { SecProgram } from '../engine/sec/program.ts';
import { hashText } from '../kit/hash.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { AlertAction, Pattern, Rule } from '../model/program.ts';
import type { ConfigPorts } from './files.ts';
import type { SecInclude } from './include-forms.ts';
import { resolvePath } from './paths.ts';

/** Rule files as one rule of the program. `broken`: mistakes whose rules were left out, as SEC leaves them out. */
export interface SecRules {
  readonly rule?: Rule;
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly broken: readonly Diagnostic[];
  /** What a reader of the files should know: for `check`. */
  readonly traps: readonly Diagnostic[];
  /** Why no record can be passed over, by place. */
  readonly everyRecord: readonly EveryRecord[];
  /** Their regular expressions. */
  readonly expressions: readonly Pattern[];
}

/** Reads the files of one include; `place` is where it stands. */
export async function readSecInclude(
  include: SecInclude,
  place: Place,
  { ports, match }: { readonly ports: ConfigPorts; readonly match: MatchPorts },
): Promise<SecRules> {
  const found = await findSources(include.sec, place, ports);
  const switches = readSwitches(switchWords(include.options));
  const settings = settingsOf(switches.switches, include.shell === 'allow' ? 'quoted' : 'refused');
  const { perl, precedence } = include;
  const read = readSecFiles(found.sources, { ports: match, perl, precedence, settings });
  const scanned = scanPattern(read.program);
  const isError = ({ severity }: Diagnostic): boolean => severity === 'error';
  return {
    rule: secRule(include, read.program, scanned.pattern, place),
    files: found.sources.map(({ name }) => name),
    diagnostics: [
      ...found.diagnostics,
      ...switches.diagnostics.map((diagnostic) => ({ ...place, ...diagnostic })),
      ...read.diagnostics.filter((diagnostic) => !isError(diagnostic)),
    ],
    traps: adviseSec(read.program, match),
    everyRecord: scanned.everyRecord,
    expressions: scanned.expressions,
    broken: read.diagnostics.filter(isError),
  };
}

async function findSources(
  patterns: readonly string[],
  place: Place,
  ports: ConfigPorts,
): Promise<{ readonly sources: readonly SecSource[]; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, SecSource>();
  const complain = (message: string): void =>
    void diagnostics.push({ code: 'config.unreadable', severity: 'error', message, ...place });
  for (const pattern of patterns) {
    const paths = await ports.glob(resolvePath(pattern, place.file));
    if (paths.length === 0) complain(`${pattern} fits no file`);
    for (const name of paths) {
      if (sources.has(name)) continue;
      const read = await ports.bytes(name);
      if (read.ok) sources.set(name, { name, text: read.text });
      else complain(`${name} ${read.detail}`);
    }
  }
  return { sources: [...sources.values()], diagnostics };
}

function secRule(
  include: SecInclude,
  program: SecProgram,
  pattern: Pattern,
  { file, line, column }: Place,
): Rule {
  const { id, from, contexts, time, alert } = include;
  return {
    id,
    kind: secKind,
    ...(from === undefined ? {} : { from }),
    pattern,
    except: [],
    key: ['place', 'desc'],
    options: writeSecOptions({ program, on: alert?.on ?? [], contexts, time }),
    actions: alert === undefined ? [] : [alertOf(alert)],
    origin: { dialect: 'sec', file, line, column },
    // Its rules have hashes of their own: the state of those that did not change stays.
    hash: hashText(`sec ${id}`),
  };
}

const alertOf = ({ severity, quiet }: NonNullable<SecInclude['alert']>): AlertAction => ({
  type: 'alert',
  severity,
  title: '{{ desc }}',
  text: '{{ fields.text }}',
  ...(quiet === undefined ? {} : { quiet }),
});
