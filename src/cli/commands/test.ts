import { watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { counted } from '../../kit/count.ts';
import type { Config } from '../../config/config.ts';
import { shippedPacks } from '../../config/packs.ts';
import { createMatchPorts } from '../../daemon/node-ports.ts';
import { openStage } from '../../daemon/stage.ts';
import { plainLog } from '../../daemon/log.ts';
import { closest } from '../../kit/distance.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { BrokenSuite, TestReport } from '../../rehearsal/contract.ts';
import { junitOf } from '../../rehearsal/junit.ts';
import { nameOf } from '../../rehearsal/name.ts';
import { runTests } from '../../rehearsal/run.ts';
import { exit, type ExitCode } from '../exit.ts';
import { checkConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, complainLine, formatDiagnostic, print, printDiagnostics, printJson } from '../terminal.ts';

interface TestFlags {
  readonly pack?: readonly string[];
  readonly coverage?: boolean;
  readonly junit?: string;
  readonly watch?: boolean;
}

/** Editors write a file in several steps. */
const settleMs = 100;

/** `test`: the tests beside the rules; 1 when one fails or there are none. */
export async function test(
  settings: Settings,
  files: readonly string[],
  flags: TestFlags,
): Promise<ExitCode> {
  const packs = packFiles(flags.pack ?? []);
  if (packs === undefined) return exit.usage;
  // Each pack is tested as it is shipped, alone; the configuration with its packs as it will run.
  const own = files.length > 0 || packs.length === 0 ? [files.length > 0 ? files : settings.config] : [];
  const suites = [...own, ...packs.map((path) => [path])];
  if (flags.watch !== true) return (await runAll(suites, settings, flags)).code;
  for (;;) {
    const { read } = await runAll(suites, settings, flags);
    if (!(await nextChange(read))) return exit.done;
    print('');
  }
}

interface Outcome {
  readonly code: ExitCode;
  /** Files that were read, or would have been. */
  readonly read: readonly string[];
}

async function runAll(
  suites: readonly (readonly string[])[],
  settings: Settings,
  flags: TestFlags,
): Promise<Outcome> {
  const reports: TestReport[] = [];
  const broken: BrokenSuite[] = [];
  const read: string[] = [];
  let code: ExitCode = exit.done;
  for (const files of suites) {
    // Times without a zone mean the same on every machine, so that a test does.
    const checked = await checkConfig({ config: files }, 'UTC');
    const worth = checked.diagnostics.filter(({ severity }) => severity === 'error' || !settings.quiet);
    printDiagnostics(worth);
    read.push(...(checked.ok ? checked.value.files : files));
    if (checked.ok) reports.push(await play(checked.value));
    else broken.push({ files, errors: errorsOf(checked.diagnostics) });
  }
  if (broken.length > 0) code = exit.badConfiguration;
  const report: TestReport = {
    broken,
    results: reports.flatMap(({ results }) => results),
    coverage: reports.flatMap(({ coverage }) => coverage),
  };
  if (flags.junit !== undefined && !(await hasWritten(flags.junit, junitOf(report)))) code = exit.failed;
  if (settings.json) printJson(dataOf(report));
  else if (reports.length > 0) tell(report, settings, flags);
  if (code !== exit.done) return { code, read };
  if (report.results.length === 0) complain('there are no tests: write some under `tests:` beside the rules');
  const isFine = report.results.length > 0 && report.results.every(({ problems }) => problems.length === 0);
  return { code: isFine ? exit.done : exit.failed, read };
}

const errorsOf = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);

async function hasWritten(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text);
    return true;
  } catch (error) {
    complain(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function play(config: Config): Promise<TestReport> {
  const { createPerl } = await import('../../daemon/perl/port.ts');
  const { environmentFrom } = await import('../../daemon/intents/environment.ts');
  const log = plainLog(complainLine, 'warn');
  const perl = config.perl
    ? createPerl({ environment: environmentFrom(process.env), say: (code, text) => log.warn(code, { text }) })
    : undefined;
  try {
    const match = createMatchPorts();
    const stage = await openStage(config, { match, ...(perl === undefined ? {} : { perl: perl.call }) });
    return runTests(config.tests, stage);
  } finally {
    perl?.close();
  }
}

function tell(report: TestReport, { verbose, quiet }: Settings, { coverage }: TestFlags): void {
  for (const [index, { test: entry, problems }] of report.results.entries()) {
    const where = entry.place === undefined ? '' : `${entry.place.file}:${entry.place.line}: `;
    if (problems.length === 0) {
      if (verbose) print(`ok ${nameOf(entry, index)}`);
      continue;
    }
    print(`${where}FAILED ${nameOf(entry, index)}`);
    for (const problem of problems) print(`    ${problem}`);
  }
  if (coverage === true) tellCoverage(report);
  if (quiet) return;
  const failed = report.results.filter(({ problems }) => problems.length > 0).length;
  const tried = report.coverage.filter(({ fired }) => fired > 0).length;
  print(
    `${counted(report.results.length, 'test')}, ${failed} failed; ${tried} of ${report.coverage.length} rules fire in one`,
  );
}

/** What no test tries: rules that never fire, or never have to be silent, and alternatives that no line is like. */
function tellCoverage({ coverage }: TestReport): void {
  for (const { rule, fired, silent, patterns } of coverage) {
    const matched = patterns.filter(({ isMatched }) => isMatched).length;
    const wants = [
      ...(fired > 0 ? [] : ['no line on which it fires']),
      ...(silent > 0 ? [] : ['no test in which it must be silent']),
    ];
    const shortage = wants.length === 0 ? '' : `: ${wants.join(', ')}`;
    print(
      `${rule}: fires in ${fired}, silent in ${silent}, ${matched} of ${patterns.length} patterns${shortage}`,
    );
    for (const { source, line, isMatched } of patterns) {
      if (!isMatched) print(`    line ${line}: no test has a line like ${source}`);
    }
  }
}

const dataOf = ({ results, coverage, broken = [] }: TestReport) => ({
  version: 1,
  ok: broken.length === 0 && results.length > 0 && results.every(({ problems }) => problems.length === 0),
  tests: results.map(({ test: { rule, place }, told, problems }) => ({
    ...(rule === undefined ? {} : { rule }),
    ...(place === undefined ? {} : { file: place.file, line: place.line }),
    ok: problems.length === 0,
    problems,
    alerts: told.map(({ rule: id, severity, key, count, title, after }) => ({
      rule: id,
      severity,
      key,
      count,
      title,
      line: after,
    })),
  })),
  coverage,
  broken,
});

/** The files of packs by name; `all` means every one. Undefined: there is none of that name. */
function packFiles(names: readonly string[]): readonly string[] | undefined {
  const wanted = names.includes('all') ? shippedPacks.names : names;
  const unknown = wanted.filter((name) => !shippedPacks.names.includes(name));
  for (const name of unknown) {
    const near = closest(name, shippedPacks.names);
    complain(`there is no pack "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
  }
  return unknown.length > 0 ? undefined : wanted.map((name) => `${shippedPacks.folder}/${name}.yaml`);
}

/** Waits until one of the files changes; false: somebody wants to stop. */
function nextChange(files: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const names = new Set(files.map((file) => basename(file)));
    // Folders are watched, for many editors put a new file in the place of the old one.
    const watchers = [...new Set(files.map((file) => dirname(file)))].map((folder) =>
      watch(folder, (_kind, name) => {
        if (name === null || names.has(name)) setTimeout(finish, settleMs, true);
      }),
    );
    const stop = (): void => finish(false);
    const finish = (isChange: boolean): void => {
      for (const watcher of watchers) watcher.close();
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve(isChange);
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}
