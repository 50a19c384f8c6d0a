import type { Diagnostic } from '../model/diagnostic.ts';
import { exit } from './exit.ts';
import { jsonForTerminal, safeForTerminal, safeLine } from '../kit/terminal.ts';

let isOutlived = false;

/**
 * A command whose output cannot be written has nothing left to do: it ends, quietly when the reader went away, as
 * `head` does. Standard error is nobody's way to the end: where it fails, words are lost and nothing else.
 */
export function watchOutputs(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isOutlived) return;
    if (error.code === 'EPIPE') process.exit(exit.done);
    complain(`standard output cannot be written: ${error.message}`);
    process.exit(exit.failed);
  });
}

/** From here on the program goes on without standard output: whoever prints hears what came of it. */
export function outliveOutput(): void {
  isOutlived = true;
}

/** Data for the person or the pipe. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The same; answers with the system's code of what kept it from being written. */
export function tryToPrint(text: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    process.stdout.write(`${text}\n`, (error: NodeJS.ErrnoException | null | undefined) =>
      resolve(error ? (error.code ?? 'unknown') : undefined),
    );
  });
}

/** Words for the person; never data. They may quote what was read: nothing of it is obeyed. */
export function complain(text: string): void {
  process.stderr.write(`bird-sentinel: ${safeForTerminal(text)}\n`);
}

/** One line of a log that names the program itself, on standard error. */
export function complainLine(line: string): void {
  process.stderr.write(`${safeLine(line)}\n`);
}

/** One JSON line. */
export const printJson = (value: unknown): void => print(jsonForTerminal(value));

/** `file:line:column: error: message`, and a hint on the next line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = [diagnostic.file, diagnostic.line, diagnostic.column].filter((part) => part !== undefined);
  const head = place.length === 0 ? '' : `${place.join(':')}: `;
  const hint = diagnostic.hint === undefined ? '' : `\n    ${diagnostic.hint}`;
  return safeForTerminal(`${head}${diagnostic.severity}: ${diagnostic.message} [${diagnostic.code}]${hint}`);
}

/** All mistakes, on standard error. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
}

/** Columns padded to the widest cell; the last one is left as it is. No cell can end its row. */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(safeLine));
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
