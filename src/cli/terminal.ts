import type { Diagnostic } from '../model/diagnostic.ts';
import { jsonForTerminal, safeForTerminal, safeLine } from '../kit/terminal.ts';

/** Data for the person or the pipe. A reader that went away ends the program quietly, as of `head`. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
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
