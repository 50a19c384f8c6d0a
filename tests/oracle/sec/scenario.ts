import type { Signal } from '../../../src/model/intent.ts';

/** One thing that happens to SEC at second `at` of the virtual clock. */
export type Item = { readonly at: number } & (
  | { readonly does: 'tick' }
  | { readonly does: 'eof' }
  /** `early`: it comes before the housekeeping of its second. `source`: `-` or the file it is appended to. */
  | { readonly does: 'line'; readonly source: string; readonly text: string; readonly early: boolean }
  | { readonly does: 'shell'; readonly text: string }
  | { readonly does: 'signal'; readonly signal: Signal }
);

/** What an `input.txt` says. Texts are byte strings. */
export interface Scenario {
  /** Seconds since 1970 at which the virtual clock stands at 0. */
  readonly epoch: number;
  /** The most seconds by which one idle round moves the clock. */
  readonly step: number;
  readonly options: readonly string[];
  readonly inputs: readonly { readonly file: string; readonly context?: string }[];
  readonly items: readonly Item[];
}

/** The folder is not a case: it has no readable `input.txt`, or a line of it means nothing. */
export class NotACase extends Error {}

/** Monday 2024-01-01T00:00:00Z. */
const DEFAULT_EPOCH = 1_704_067_200;

/** Reads an `input.txt`; throws NotACase. */
export function readScenario(text: string): Scenario {
  const lines = text.split('\n');
  const items = lines.filter((line) => !line.startsWith('#') && !/^\s*$/.test(line)).map(readItem);
  for (const [index, item] of items.entries()) {
    if (item.at < (items[index - 1]?.at ?? 0)) throw new NotACase(`time goes backwards: @${String(item.at)}`);
  }
  return {
    epoch: Number(directive(lines, /^#!epoch\s+(\d+)/) ?? DEFAULT_EPOCH),
    step: Number(directive(lines, /^#!step\s+(\d+)/) ?? 1),
    options: lines.flatMap((line) => /^#!opts\s+(.*\S)/.exec(line)?.[1]?.split(/\s+/) ?? []),
    inputs: lines.flatMap(readInput),
    items,
  };
}

/** The last line of that form counts. */
function directive(lines: readonly string[], form: RegExp): string | undefined {
  return lines.flatMap((line) => form.exec(line)?.[1] ?? []).at(-1);
}

function readInput(line: string): Scenario['inputs'] {
  const [, file, context] = /^#!input\s+([^\s=]+)(?:=(\S+))?/.exec(line) ?? [];
  if (file === undefined) return [];
  return [context === undefined ? { file } : { file, context }];
}

function readItem(line: string): Item {
  const [, time = '', rest = ''] = /^@(\d+)(.*)$/s.exec(line) ?? [];
  const at = Number(time);
  const [, early, source = '-', text] = /^(?:(\^)|\|(\S+))? (.*)$/s.exec(rest) ?? [];
  if (time === '') throw new NotACase(`bad scenario line: ${line}`);
  if (rest === '') return { at, does: 'tick' };
  if (text !== undefined) return { at, does: 'line', source, text, early: early !== undefined };
  if (rest === '!EOF') return { at, does: 'eof' };
  if (rest.startsWith('!sh ')) return { at, does: 'shell', text: rest.slice(4) };
  const signal = signals.find((name) => rest === `!${name}`);
  if (signal === undefined) throw new NotACase(`bad scenario line: ${line}`);
  return { at, does: 'signal', signal };
}

const signals: readonly Signal[] = ['HUP', 'ABRT', 'USR1', 'USR2', 'INT', 'TERM'];
