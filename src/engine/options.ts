import { z } from 'zod';
import { parseDuration } from '../kit/duration.ts';

/** A positive length of time as users write it (`90s`, `1h30m`); its output is in milliseconds. */
export const durationOption = z.string().transform((text, context) => {
  const length = parseDuration(text);
  if (length !== undefined && length > 0) return Number(length);
  context.addIssue({ code: 'custom', message: `"${text}" is not a length of time such as 90s, 5m or 1h30m` });
  return z.NEVER;
});
