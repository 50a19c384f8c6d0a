import { matchesGlob } from '../kit/glob.ts';
import type { Alert } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Fields, Severity } from '../model/program.ts';
import type { When } from './contract.ts';

/** What routes, silences and inhibitions look at. */
export interface Subject {
  readonly rule: string;
  readonly severity: Severity;
  readonly fields: Fields;
  readonly host?: string | undefined;
  readonly program?: string | undefined;
  readonly source: string;
}

/** What a raise is to routes. */
export const subjectOf = ({ rule, severity, occurrence }: Extract<Effect, { type: 'raise' }>): Subject => ({
  rule,
  severity,
  fields: occurrence.fields,
  source: occurrence.source,
  host: occurrence.host,
  program: occurrence.program,
});

/** What an alert is, by its newest raise and its worst severity. */
export const subjectOfAlert = ({ rule, severity, last }: Alert): Subject => ({
  rule,
  severity,
  fields: last.fields,
  source: last.source,
  host: last.host,
  program: last.program,
});

/** Whether all that is asked for holds. */
export function matches(when: When, subject: Subject): boolean {
  if (when.severity !== undefined && !when.severity.includes(subject.severity)) return false;
  if (when.rule !== undefined && !anyFits(when.rule, subject.rule)) return false;
  return Object.entries(when.fields).every(([name, globs]) => {
    const value = fieldText(subject, name);
    return value !== undefined && anyFits(globs, value);
  });
}

/** A field as globs see it; a field of the line wins over what the line is known by. */
export function fieldText(subject: Subject, name: string): string | undefined {
  return textOf(fieldOf(subject, name));
}

const anyFits = (globs: readonly string[], text: string): boolean =>
  globs.some((glob) => matchesGlob(glob, text));

function fieldOf(subject: Subject, name: string): Json | undefined {
  if (Object.hasOwn(subject.fields, name)) return subject.fields[name];
  return name === 'host' || name === 'program' || name === 'source' ? subject[name] : undefined;
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
