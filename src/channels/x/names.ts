import { join } from 'node:path';
import { z } from 'zod';
import { readPrivate, writePrivate } from '../private-file.ts';
import { parseObject } from './problem.ts';

/** User ids by name: an id never changes, a look-up costs money, and a name may pass to somebody else. */
export interface NameMemory {
  find(api: string, name: string): Promise<string | undefined>;
  remember(api: string, name: string, id: string): Promise<void>;
}

const names = z.record(z.string(), z.string().regex(/^\d{1,19}$/));
const maxNames = 1000;

/** Kept in `x-names.json`; a file that cannot be read or written only costs further look-ups. */
export function openNames(stateDirectory: string): NameMemory {
  const path = join(stateDirectory, 'x-names.json');
  const known = new Map<string, string>();
  return {
    async find(api, name) {
      const key = keyOf(api, name);
      return known.get(key) ?? (await readNames(path))[key];
    },
    async remember(api, name, id) {
      known.set(keyOf(api, name), id);
      const all = Object.entries({ ...(await readNames(path)), ...Object.fromEntries(known) });
      await writePrivate(path, `${JSON.stringify(Object.fromEntries(all.slice(-maxNames)))}\n`);
    },
  };
}

const keyOf = (api: string, name: string): string => `${api} ${name.toLowerCase()}`;

async function readNames(path: string): Promise<z.infer<typeof names>> {
  const read = await readPrivate(path);
  const parsed = names.safeParse(read.ok ? parseObject(read.text) : undefined);
  return parsed.success ? parsed.data : {};
}
