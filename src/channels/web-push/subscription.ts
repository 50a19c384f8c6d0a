import { z } from 'zod';
import { readSecret } from '../secret-file.ts';

/** What a browser gives when it subscribes: `JSON.stringify(subscription)` (Push API, section 7). */
export interface Subscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

const key = (bytes: number) =>
  z
    .string()
    .max(200)
    .refine((text) => Buffer.from(text, 'base64url').length === bytes);

const subscription = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(2000),
  keys: z.object({ p256dh: key(65), auth: key(16) }),
});

/** Reads one from a file of mode 0600: whoever has it can write to the browser, as far as he has the key. */
export async function readSubscription(
  path: string,
): Promise<
  { readonly ok: true; readonly value: Subscription } | { readonly ok: false; readonly detail: string }
> {
  const read = await readSecret(path);
  if (!read.ok) return read;
  const parsed = subscription.safeParse(parseJson(read.secret.reveal()));
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, detail: `${path} holds no push subscription as a browser gives it` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
