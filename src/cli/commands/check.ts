import { compilePattern } from '../../match/matcher.ts';
import { createMatchPorts } from '../../daemon/node-ports.ts';
import type { Config } from '../../config/config.ts';
import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import { exit, type ExitCode } from '../exit.ts';
import { checkConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printDiagnostics, printJson } from '../terminal.ts';

/** `check`: all Diagnostics; what each pattern costs. */
export async function check(
  settings: Settings,
  files: readonly string[],
  flags: { readonly deep?: boolean },
): Promise<ExitCode> {
  const checked = withBroken(await checkConfig(files.length > 0 ? { ...settings, config: files } : settings));
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

/** What others are warned of is a mistake here: rules that were left out. */
function withBroken(checked: Checked<Config>): Checked<Config> {
  if (!checked.ok) return checked;
  const broken = new Set(checked.value.broken.map((diagnostic) => JSON.stringify(diagnostic)));
  const asError = (diagnostic: Diagnostic): Diagnostic => ({ ...diagnostic, severity: 'error' });
  const diagnostics = checked.diagnostics.map((diagnostic) =>
    broken.has(JSON.stringify(asError(diagnostic))) ? asError(diagnostic) : diagnostic,
  );
  return { ...checked, diagnostics };
}

function report(config: Config): void {
  const ports = createMatchPorts();
  const everyRecord: string[] = [];
  const guarded: string[] = [];
  for (const rule of config.program.rules) {
    const compiled = compilePattern(rule.pattern, ports);
    if (!compiled.ok) continue;
    if (compiled.value.literals === undefined) everyRecord.push(rule.id);
    if (compiled.value.regimes.some(({ regime }) => regime === 'guarded')) guarded.push(rule.id);
  }
  const { sources, channels, receivers, program } = config;
  print(
    `${sources.length} sources, ${program.rules.length} rules, ${channels.length} channels, ${receivers.length} receivers`,
  );
  if (everyRecord.length > 0) print(`tried on every record, for want of a literal: ${everyRecord.join(' ')}`);
  if (guarded.length > 0) print(`run under a time limit, for they may backtrack: ${guarded.join(' ')}`);
  if (receivers.length === 0) print('no receivers: every alert goes to the screen');
  else if (config.routes.length === 0) print('no routes: every alert goes to all receivers');
}
