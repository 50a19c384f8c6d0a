import type { Diagnostic } from '../model/diagnostic.ts';
import { safeForTerminal } from '../kit/terminal.ts';

/** Data for the person or the pipe. A reader that went away ends the program quietly, as of `head`. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Words for the person; never data. */
export function complain(text: string): void {
  process.stderr.write(`bird-sentinel: ${text}\n`);
}

/** One JSON line. */
export const printJson = (value: unknown): void => print(JSON.stringify(value));

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

/** Columns padded to the widest cell; the last one is left as it is. */
export function table(rows: readonly (readonly string[])[]): string {
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
