import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from './bytes.ts';

/** A case as parts that can be left out one by one. */
export interface CaseText {
  /** `#!` lines of its `input.txt`. */
  readonly settings: readonly string[];
  readonly items: readonly string[];
  readonly files: readonly { readonly name: string; readonly rules: readonly RuleText[] }[];
}

/** The fields of a rule, each a line. */
export type RuleText = readonly string[];

/** Writes the case as a folder; what was there goes. */
export function writeCase(folder: string, { settings, items, files }: CaseText): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), bytesOf(lines.map((line) => `${line}\n`).join('')));
  write('input.txt', [...settings, ...items]);
  for (const { name, rules } of files) {
    write(
      name,
      rules.flatMap((rule, index) => (index === 0 ? rule : ['', ...rule])),
    );
  }
}
