import type { Diagnostic } from '../model/diagnostic.ts';
import type { Origin } from '../model/program.ts';
import type { MatchPorts } from '../match/contract.ts';
import { compileRegex } from '../match/perl/compile.ts';

/** Whether a line, without its line ending, is one of those looked for. */
export type LineTest = (line: string) => boolean;

/** A test, or what is wrong with its pattern, each in one line. */
export type LinePattern =
  | { readonly ok: true; readonly test: LineTest }
  | { readonly ok: false; readonly mistakes: readonly string[] };

/** Columns count within the pattern: its place in the file is the configuration's to know. */
const origin: Origin = { dialect: 'native', file: '', line: 1, column: 1 };

/**
 * Compiles a pattern that is tried on every line of a source: one dialect with those of rules. It must be
 * of those that cannot run away, as nobody stands by here who could cut it off and say so. Whether it is,
 * V8 only tells when it was asked to know its linear engine, which whoever reads a configuration does first.
 */
export function compileLinePattern(source: string): LinePattern {
  const compiled = compileRegex(source, origin, ports);
  if (!compiled.ok) return { ok: false, mistakes: compiled.diagnostics.filter(isError).map(sentence) };
  const { regime, exec } = compiled.value;
  if (regime === 'guarded' && isLinear('a', '')) return { ok: false, mistakes: [tooDear] };
  return {
    ok: true,
    test(line) {
      const found = exec(line);
      return found !== undefined && found !== 'timedOut';
    },
  };
}

const tooDear =
  'this pattern could take very long on some lines; leave out lookaround, backreferences and atomic or possessive parts';

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

const sentence = ({ message, column, hint }: Diagnostic): string =>
  `${message} (at character ${String(column)} of the pattern)${hint === undefined ? '' : `; ${hint}`}`;

function isLinear(source: string, flags: string): boolean {
  try {
    return new RegExp(source, `${flags}l`).source !== '';
  } catch {
    return false;
  }
}

const ports: MatchPorts = {
  indexOf: (bytes, needle, from) => Buffer.prototype.indexOf.call(bytes, needle, from),
  decode: (bytes, from, to, encoding) => Buffer.from(bytes.subarray(from, to)).toString(encoding),
  isLinear,
  guarded: (regex, text) => regex.exec(text),
};
