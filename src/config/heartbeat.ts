import { z } from 'zod';
import { oneOrMore, period } from '../dialects/native/values.ts';

const place = z.string().refine((text) => text.startsWith('/') || isWebAddress(text), {
  error: 'must be a URL such as https://hc.example.org/ping/abc, or an absolute path of a file',
});

/** `heartbeat`. */
export const heartbeat = z.strictObject({
  every: period
    .refine((length) => length >= 1000 && length <= 86_400_000, { error: 'must be from 1s to 1d' })
    .describe('How often: 5m.'),
  to: oneOrMore(place).describe('URLs that are asked for (GET), and files that get the time of the beat.'),
});

function isWebAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
