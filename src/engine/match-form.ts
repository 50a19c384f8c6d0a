import { z } from 'zod';

const word = z.string().min(1);

/** Which part of a line a text is tried on. */
export const scope = z.enum(['message', 'line']);

/** YAML reads `22` and `true` without quotes as other types; a field test means their text. */
const plainText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What `match` and `except` take. */
export type MatchForm =
  | string
  | { readonly pattern: string; readonly in?: 'message' | 'line' | undefined }
  | { readonly literal: string; readonly in?: 'message' | 'line' | undefined }
  | FieldForm
  | { readonly all: readonly MatchForm[] }
  | { readonly any: readonly MatchForm[] }
  | { readonly not: MatchForm }
  | readonly MatchForm[];

/** `{ field: ip, in: [10.0.0.0/8] }`; exactly one of the operators. */
export type FieldForm = {
  readonly field: string;
  readonly is?: string | undefined;
  readonly in?: readonly string[] | undefined;
  readonly matches?: string | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly exists?: boolean | undefined;
};

/** The operators of a field test, as they are written. */
export const fieldOperators = ['is', 'in', 'matches', 'above', 'below', 'exists'] as const;

const fieldForm = z
  .strictObject({
    field: word.describe(
      'A named group of the pattern, or a field of the line: time, host, program, pid, severity, or a member of a JSON line.',
    ),
    is: plainText.optional().describe('Equal to this text.'),
    in: z
      .union([plainText, z.array(plainText).min(1)])
      .transform((value) => (Array.isArray(value) ? value : [value]))
      .optional()
      .describe('Equal to one of these texts, or in one of these networks (CIDR).'),
    matches: word.optional().describe('A pattern somewhere in the field.'),
    above: z.number().optional().describe('A number greater than this.'),
    below: z.number().optional().describe('A number less than this.'),
    exists: z.boolean().optional().describe('Whether the field is there at all.'),
  })
  .refine((form) => fieldOperators.filter((operator) => form[operator] !== undefined).length === 1, {
    error: `must have exactly one of ${fieldOperators.join(', ')}`,
  });

/** All forms of `match`, as users write them. */
export const matchForm: z.ZodType<MatchForm> = z
  .lazy(() =>
    z.union([
      word.describe('A pattern (a regular expression).'),
      z.strictObject({
        pattern: word.describe('A pattern.'),
        in: scope.optional().describe('Try it on this part only.'),
      }),
      z.strictObject({
        literal: word.describe('A text, taken as it is.'),
        in: scope.optional().describe('Look in this part only.'),
      }),
      fieldForm,
      z.strictObject({ all: z.array(matchForm).min(1).describe('Every one of these.') }),
      z.strictObject({ any: z.array(matchForm).min(1).describe('At least one of these.') }),
      z.strictObject({ not: matchForm.describe('Not this.') }),
      z.array(matchForm).min(1).describe('At least one of these.'),
    ]),
  )
  .meta({ id: 'match' });
