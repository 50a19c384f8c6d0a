import { z } from 'zod';
import { parseDuration } from '../kit/duration.ts';
import { present } from '../kit/assert.ts';
import type { Millis } from '../model/time.ts';

/** An option that is a length of time. It stays text, so that checked options can be checked again. */
export const durationOption = (longest: Millis) =>
  z.string().refine((text) => {
    const length = parseDuration(text);
    return length !== undefined && length > 0 && length <= longest;
  }, 'must be a length of time such as 90s or 5m');

/** The length of time of an option that was checked. */
export const durationOf = (text: string): Millis => present(parseDuration(text), `duration in ${text}`);
