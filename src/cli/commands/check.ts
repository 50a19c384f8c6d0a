import { counted } from '../../kit/count.ts';
import { compilePattern } from '../../match/matcher.ts';
import { createMatchPorts } from '../../daemon/node-ports.ts';
import type { Config } from '../../config/config.ts';
import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import type { Pattern } from '../../model/program.ts';
import { exit, type ExitCode } from '../exit.ts';
import { checkConfig, checkWatched, withSources } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printDiagnostics, printJson } from '../terminal.ts';

/** `check`: all Diagnostics; what each pattern costs. */
export async function check(
  settings: Settings,
  files: readonly string[],
  flags: { readonly deep?: boolean },
): Promise<ExitCode> {
  const checked = withBroken(files.length > 0 ? await checkFiles(files) : await checkWatched(settings));
  if (settings.json) printJson({ version: 1, ok: checked.ok, diagnostics: checked.diagnostics });
  else printDiagnostics(checked.diagnostics);
  if (!checked.ok) return exit.badConfiguration;
  if (checked.value.broken.length > 0) {
    complain(`${checked.value.broken.length} mistakes in rule files: the rules they stand in are left out`);
    return exit.failed;
  }
  if (!settings.json && !settings.quiet) report(checked.value);
  if (flags.deep === true) {
    const { askChannels } = await import('../ask-channels.ts');
    return askChannels(checked.value, settings);
  }
  return exit.done;
}

/** Files that somebody names may be a part of a configuration: rules, or channels, without sources. */
async function checkFiles(files: readonly string[]): Promise<Checked<Config>> {
  const checked = await checkConfig({ config: files });
  return checked.ok && isPart(checked.value) ? checked : withSources(checked);
}

/** The screen stands where no channel was configured. */
const isPart = ({ program, tests, channels }: Config): boolean =>
  program.rules.length + tests.length > 0 || channels.some(({ name }) => name !== 'screen');

/** What others are warned of is a mistake here: rules that were left out. */
function withBroken(checked: Checked<Config>): Checked<Config> {
  if (!checked.ok) return checked;
  const { broken } = checked.value;
  const diagnostics = checked.diagnostics.map((diagnostic): Diagnostic =>
    broken.includes(diagnostic) ? { ...diagnostic, severity: 'error' } : diagnostic,
  );
  return { ...checked, diagnostics: [...diagnostics, ...checked.value.traps] };
}

function report(config: Config): void {
  const { sources, channels, receivers, program, everyRecord } = config;
  print(
    [
      counted(sources.length, 'source'),
      counted(program.rules.length, 'rule'),
      counted(channels.length, 'channel'),
      counted(receivers.length, 'receiver'),
    ].join(', '),
  );
  if (sources.length === 0)
    print('no sources: a part of a configuration, which `run` does not take by itself');
  const looks = everyLook(config);
  const guarded = looks.filter(({ regime }) => regime === 'guarded').map(({ where }) => where);
  const bare = looks.filter(({ literals }) => !literals).map(({ where }) => where);
  print(
    `${looks.length - guarded.length} of ${looks.length} patterns run in linear time once they backtrack too much`,
  );
  if (guarded.length > 0) print(`run under a time limit, for they may backtrack: ${guarded.join(' ')}`);
  if (bare.length > 0) print(`tried on every record, for want of a literal: ${bare.join(' ')}`);
  for (const { file, line, why } of everyRecord) {
    print(`every record is looked at because of ${file}:${line}: ${why}`);
  }
  if (receivers.length === 0) print('no receivers: every alert goes to the screen');
  else if (config.routes.length === 0) print('no routes: every alert goes to all receivers');
}

/** How one pattern runs, and what it is called. */
interface Look {
  readonly where: string;
  readonly regime: 'linear' | 'guarded';
  readonly literals: boolean;
}

/** Those of native rules by their rule, those of rule files by their place. */
function everyLook({ program, expressions }: Config): readonly Look[] {
  const ports = createMatchPorts();
  const lookAt = (pattern: Pattern, where: string): readonly Look[] => {
    const compiled = compilePattern(pattern, ports);
    if (!compiled.ok) return [];
    const isGuarded = compiled.value.regimes.some(({ regime }) => regime === 'guarded');
    const literals = compiled.value.literals !== undefined;
    return [{ where, regime: isGuarded ? 'guarded' : 'linear', literals }];
  };
  const native = program.rules.filter(({ origin }) => origin.dialect === 'native');
  return [
    ...native.flatMap(({ pattern, id }) => lookAt(pattern, id)),
    ...expressions.flatMap((pattern) =>
      pattern.type === 'regex' ? lookAt(pattern, `${pattern.origin.file}:${pattern.origin.line}`) : [],
    ),
  ];
}
