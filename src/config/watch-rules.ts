import { readSwitches } from '../dialects/sec/switches.ts';
import { readSwatchArguments } from '../dialects/swatch/command-line.ts';
import { switchWords } from '../dialects/sec/switch-words.ts';

/** What `watch` takes from SEC's own command line. */
export interface SecWatch {
  /** Rule files: paths and globs. */
  readonly conf: readonly string[];
  readonly inputs: readonly SecWatchInput[];
  /** Read to the end and stop, as with --notail. */
  readonly once: boolean;
  readonly fromStart: boolean;
  /** The whole command line, of which the include takes what concerns rules. */
  readonly options: string;
}

/** `path`: a path, a glob, or `-` for standard input. */
export interface SecWatchInput {
  readonly path: string;
  readonly context?: string;
}

/** Reads a command line of SEC's as it stands in scripts: `-conf=a.sec -input=-`. */
export function readSecCommandLine(line: string): SecWatch {
  const { switches } = readSwitches(switchWords(line));
  return {
    conf: switches.conf.flatMap((glob) => glob.split(/\s+/).flatMap(braces)),
    inputs: switches.inputs.flatMap(({ glob, context }) =>
      glob
        .split(/\s+/)
        .flatMap(braces)
        .map((path) => (context === undefined ? { path } : { path, context })),
    ),
    once: !switches.tail,
    fromStart: switches.fromstart,
    options: line,
  };
}

/** What `watch` takes from swatch's own command line. */
export interface SwatchWatch {
  readonly config: string;
  readonly files: readonly string[];
  readonly once: boolean;
  readonly options: string;
}

/** Reads a command line of swatch's as it stands in scripts: `-c swatch.conf --examine=FILE`. */
export function readSwatchCommandLine(line: string): SwatchWatch | undefined {
  const { config, tail, examine } = readSwatchArguments(switchWords(line));
  if (config === undefined) return undefined;
  return {
    config,
    files: examine === undefined ? tail : [examine],
    once: examine !== undefined,
    options: line,
  };
}

/** `{a,b}.sec` as Perl's glob has it, innermost braces first. */
function braces(pattern: string): string[] {
  const found = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (found === null) return [pattern];
  const [, before = '', inside = '', after = ''] = found;
  return inside.split(',').flatMap((part) => braces(before + part + after));
}
