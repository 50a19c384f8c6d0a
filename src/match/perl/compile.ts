import type { Checked } from '../../model/diagnostic.ts';
import type { Origin } from '../../model/program.ts';
import type { MatchPorts } from '../contract.ts';

/** Named groups by name, all groups by number; those that took no part are left out. */
export type Captures = { readonly [name: string]: string };

/** A Perl pattern ready to run. */
export interface CompiledRegex {
  readonly source: string;
  /** `linear`: V8's linear engine takes over when a match runs away; `guarded`: a time limit cuts it off. */
  readonly regime: 'linear' | 'guarded';
  /** Named groups, in order of appearance. */
  readonly names: readonly string[];
  exec(text: string): Captures | undefined | 'timedOut';
}

/** Compiles a pattern of Perl's dialect; mistakes are placed by the pattern's origin. */
export function compileRegex(source: string, origin: Origin, ports: MatchPorts): Checked<CompiledRegex> {
  const regex = build(source);
  if (regex === undefined) return refuse(source, origin);
  const linear = ports.isLinear(regex.source, regex.flags);
  const names = [...source.matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? '');
  const exec = (text: string): Captures | undefined | 'timedOut' => {
    const found = linear ? regex.exec(text) : ports.guarded(regex, text);
    return found === null ? undefined : found === 'timedOut' ? found : captures(found);
  };
  const value: CompiledRegex = { source, regime: linear ? 'linear' : 'guarded', names, exec };
  return { ok: true, value, diagnostics: [] };
}

function build(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

function refuse(source: string, origin: Origin): Checked<CompiledRegex> {
  const { file, line, column } = origin;
  const message = `not a pattern: ${source}`;
  return {
    ok: false,
    diagnostics: [{ code: 'pattern.syntax', severity: 'error', message, file, line, column }],
  };
}

function captures(found: RegExpExecArray): Captures {
  const groups: { [name: string]: string } = {};
  for (let index = 1; index < found.length; index += 1) {
    const value = found[index];
    if (value !== undefined) groups[String(index)] = value;
  }
  for (const [name, value] of Object.entries(found.groups ?? {})) {
    if (value !== undefined) groups[name] = value;
  }
  return groups;
}
