import type { SwatchBlock, SwatchProgram } from '../../engine/swatch/program.ts';
import type { MatchPorts } from '../../match/contract.ts';
import { spotOf, type Text } from '../sec/text.ts';
import { buildBlock, buildBlocks, type BlockPorts } from './blocks.ts';
import { readOldStyle } from './old-style.ts';
import { createReport, noFindings, type Findings, type Report } from './report.ts';
import { readStatements } from './statements.ts';

/** A configuration of swatch as a byte string: one character a byte. */
export interface SwatchSource {
  readonly name: string;
  readonly text: string;
}

/** How a configuration is read. */
export interface SwatchReadOptions {
  readonly ports: MatchPorts;
  /** `--awk-field-syntax`. */
  readonly awk: boolean;
  /** `--old-style-config`. */
  readonly oldStyle: boolean;
  /** Whether commands with syntax for a shell run; what comes of the log stays an argument of it. */
  readonly shell: boolean;
  /** Who gets mail that is addressed to nobody. */
  readonly user: string;
  /** A file that `from` includes; a text says why there is none. */
  readonly included: (path: string, from: string) => SwatchSource | string;
}

/** Deepest chain of files that include each other. */
const MAX_DEPTH = 10;

/**
 * Reads a configuration of swatch as 3.2.4 does. It never fails: what cannot be used is in `errors`, what was
 * left out, taken as it was meant, or is a trap, in the other lists.
 */
export function readSwatch(
  main: SwatchSource,
  options: SwatchReadOptions,
): { readonly program: SwatchProgram; readonly findings: Findings } {
  const findings = noFindings();
  const constants = new Map<string, string>();
  const { awk, shell, user, ports } = options;
  const form = { awk, shell, user, constants, command: false };

  const readFile = ({ name, text }: SwatchSource, depth: number): readonly SwatchBlock[] => {
    const report = createReport(name, findings);
    const include = (path: Text, from: Report): readonly SwatchBlock[] => {
      const file = depth < MAX_DEPTH ? options.included(path.text, name) : 'is included too deep';
      if (typeof file !== 'string') return readFile(file, depth + 1);
      from.error('include', path, `${path.text} ${file}`);
      return [];
    };
    const parts: BlockPorts = { form, match: ports, constants, report, include };
    if (!options.oldStyle) return buildBlocks(readStatements(text, report), parts);
    return readOldStyle(text).flatMap((line) => buildBlock({ ...line, threshold: undefined }, parts) ?? []);
  };

  const blocks = readFile(main, 0);
  if (blocks.length === 0 && findings.errors.length === 0) {
    createReport(main.name, findings).error(
      'empty',
      { line: 1, column: 1 },
      'there is no block in this file',
      HINT,
    );
  }
  return { program: { blocks }, findings };
}

const HINT = 'a block is watchfor /pattern/ and, below it, echo, mail, exec, …';

/** The paths that a text includes, with the lines on which they stand. */
export function includesOf(text: string): readonly { readonly path: string; readonly line: number }[] {
  const silent = createReport('', noFindings());
  return readStatements(text, silent).flatMap(({ keyword, value }) =>
    /^include$/i.test(keyword.text) && value.text !== ''
      ? [{ path: value.text, line: spotOf(value).line }]
      : [],
  );
}
