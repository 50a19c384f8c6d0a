import { z } from 'zod';

const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}+$/u, 'control characters have no place in a name');

/** A name or a list of them. */
export const namesOption = z
  .union([name.transform((one) => [one]), z.array(name).min(1).max(1000)])
  .optional();
