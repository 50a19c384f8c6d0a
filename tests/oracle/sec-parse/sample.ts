import type {
  SecAction,
  SecContext,
  SecProgram,
  SecRule,
  SecSettings,
} from '../../../src/engine/sec/program.ts';
import { readSecFiles, type SecReadOptions } from '../../../src/dialects/sec/read.ts';
import type { Diagnostic } from '../../../src/model/diagnostic.ts';
import { createTestPorts } from '../../property/match-ports.ts';

export const ports = createTestPorts();

export const settings: SecSettings = {
  bufsize: 0,
  jointbuf: false,
  evstoresize: 0,
  cleantime: 1,
  quoting: false,
  intevents: false,
  intcontexts: false,
  shell: 'refused',
};

export interface Sample {
  readonly program: SecProgram;
  readonly rules: readonly SecRule[];
  readonly diagnostics: readonly Diagnostic[];
  /** `severity code line:column`, in order. */
  readonly told: readonly string[];
}

/** Reads one file named `a.sec`. */
export function read(text: string, options: Partial<SecReadOptions> = {}): Sample {
  const given: SecReadOptions = { settings, ports, precedence: 'ordinary', perl: true, ...options };
  const { program, diagnostics } = readSecFiles([{ name: 'a.sec', text }], given);
  const told = diagnostics.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${String(line)}:${String(column)}`,
  );
  return { program, rules: program.files[0]?.rules ?? [], diagnostics, told };
}

/** A Single rule with these fields instead of, or besides, its own. */
export function single(fields: Readonly<Record<string, string>> = {}): string {
  const all = { type: 'Single', ptype: 'RegExp', pattern: 'a(.)', desc: 'd', action: 'none', ...fields };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The actions that a text says, or what was told of it. */
export function actionsOf(text: string): readonly SecAction[] | readonly string[] {
  const { rules, told } = read(single({ action: text }));
  const [rule] = rules;
  return rule?.type === 'Single' ? rule.action : told;
}

/** The condition that a text says, or what was told of it. */
export function contextOf(
  text: string,
  options: Partial<SecReadOptions> = {},
): SecContext | readonly string[] {
  const { rules, told } = read(single({ context: text }), options);
  const [rule] = rules;
  return rule?.type === 'Single' && rule.context !== undefined ? rule.context : told;
}
