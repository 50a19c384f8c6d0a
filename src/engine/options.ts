import { z } from 'zod';
import { parseDuration } from '../kit/duration.ts';
import type { PartForm } from './kind.ts';
import { matchForm, type MatchForm } from './match-form.ts';

/** A positive length of time as users write it (`90s`, `1h30m`); its output is in milliseconds. */
export const durationOption = z.string().transform((text, context) => {
  const length = parseDuration(text);
  if (length !== undefined && length > 0) return Number(length);
  context.addIssue({ code: 'custom', message: `"${text}" is not a length of time such as 90s, 5m or 1h30m` });
  return z.NEVER;
});

/** One of several things a rule looks for: lines, or the raises of another rule. */
export type MemberForm = { readonly match: MatchForm } | { readonly rule: string };

const matchMember = matchForm.describe('What a line must look like.');
const ruleMember = z.string().min(1).describe('The id of another rule: each time it raises.');

/** The schemas of a member, with further keys that both its forms have. */
export const memberOptions = <More extends z.ZodRawShape>(more: More) =>
  z.union([z.strictObject({ match: matchMember, ...more }), z.strictObject({ rule: ruleMember, ...more })]);

/** What a member, written at `path` of the options, looks for. */
export const partOfMember = (member: MemberForm, path: readonly (string | number)[]): PartForm =>
  'match' in member
    ? { type: 'lines', path: [...path, 'match'], form: member.match }
    : { type: 'raises', path, rule: member.rule };
