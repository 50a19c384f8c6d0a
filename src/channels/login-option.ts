import { z } from 'zod';
import { readSecret } from './secret-file.ts';

/** Whom to log in as, by a password that stands in a file. */
export const loginOptions = {
  user: z
    .string()
    .min(1)
    .max(250)
    .regex(/^[^\p{Cc}]*$/u, 'must hold no control characters')
    .optional()
    .describe('Whom to log in as. Absent: no login.'),
  'password-file': z.string().optional().describe('File (mode 0600) that holds the password.'),
};

/** The two options. */
export interface LoginOptions {
  readonly user?: string | undefined;
  readonly 'password-file'?: string | undefined;
}

/** Whether one of the two is missing. */
export const isHalfLogin = ({ user, 'password-file': file }: LoginOptions): boolean =>
  (user === undefined) !== (file === undefined);

/** Who logs in, or why that cannot be known; without `login` nobody does. */
export type LoginRead =
  | { readonly ok: true; readonly login?: { readonly user: string; readonly password: string } }
  | { readonly ok: false; readonly detail: string };

/** Reads the password anew, so that a changed file counts at once. */
export async function readLogin({ user, 'password-file': file }: LoginOptions): Promise<LoginRead> {
  if (user === undefined || file === undefined) return { ok: true };
  const read = await readSecret(file);
  return read.ok ? { ok: true, login: { user, password: read.secret.reveal() } } : read;
}
