import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../private-file.ts';
import { secret } from '../secret.ts';
import type { XKeys } from './tokens.ts';

/** An account found in another program's file. */
interface Importable {
  readonly file: string;
  readonly screenName: string;
  /** It is the one that program uses unless told otherwise. */
  readonly isDefault: boolean;
  readonly credentials: XKeys;
}

/** Everything that was found, and in one line each what could not be used. */
export interface ImportResult {
  readonly accounts: readonly Importable[];
  readonly notes: readonly string[];
}

/** x-cli, t and twurl, the newest first; all three write the same tree. */
const fileNames = ['.xrc', '.trc', '.twurlrc'] as const;
const maxBytes = 1024 * 1024;

const profile = z.looseObject({
  username: z.string().optional(),
  consumer_key: z.string().min(1),
  consumer_secret: z.string().min(1),
  token: z.string().min(1),
  secret: z.string().min(1),
});
const rcFile = z.looseObject({
  configuration: z
    .looseObject({ default_profile: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  profiles: z.record(z.string(), z.record(z.string(), z.unknown())).nullish(),
});

/** Reads the accounts of `~/.xrc`, `~/.trc` and `~/.twurlrc`. `api`: where their tokens belong. */
export async function importCredentials(home: string, api: string): Promise<ImportResult> {
  const results = await Promise.all(fileNames.map((name) => importFile(join(home, name), api)));
  return {
    accounts: results.flatMap(({ accounts }) => accounts),
    notes: results.flatMap(({ notes }) => notes),
  };
}

/** Reads the accounts of one such file; none if it does not exist. */
export async function importFile(file: string, api: string): Promise<ImportResult> {
  const accounts: Importable[] = [];
  const notes: string[] = [];
  const read = await readOther(file);
  if (read?.note !== undefined) notes.push(read.note);
  if (read?.text !== undefined) collect(file, await parseYaml(read.text), api, accounts, notes);
  return { accounts, notes };
}

function collect(file: string, tree: unknown, api: string, accounts: Importable[], notes: string[]): void {
  const parsed = rcFile.safeParse(tree);
  if (!parsed.success) {
    notes.push(`${file} is not of the form that t, x-cli and twurl write`);
    return;
  }
  const [defaultName, defaultKey] = parsed.data.configuration?.default_profile ?? [];
  for (const [name, applications] of Object.entries(parsed.data.profiles ?? {})) {
    for (const [key, entry] of Object.entries(applications)) {
      const credentials = credentialsOf(profile.safeParse(entry), name, api);
      if (typeof credentials === 'string') {
        notes.push(`${file}: ${plain(name)} ${credentials}`);
        continue;
      }
      const isDefault = name.toLowerCase() === defaultName?.toLowerCase() && key === defaultKey;
      accounts.push({ file, screenName: credentials.screenName, isDefault, credentials });
    }
  }
}

function credentialsOf(
  parsed: z.ZodSafeParseResult<z.infer<typeof profile>>,
  name: string,
  api: string,
): XKeys | string {
  if (!parsed.success) return 'has not all of consumer_key, consumer_secret, token and secret';
  const { data } = parsed;
  // Access tokens begin with the id of the user they belong to.
  const userId = /^(\d{1,19})-/.exec(data.token)?.[1];
  if (userId === undefined) return 'has a token that does not name its user';
  return {
    type: 'oauth1',
    api,
    userId,
    screenName: plain(data.username ?? name),
    consumerKey: data.consumer_key,
    consumerSecret: secret(data.consumer_secret),
    token: data.token,
    tokenSecret: secret(data.secret),
  };
}

const plain = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '').slice(0, 50);

/** Undefined: there is no such file. These programs do not always keep it private, so that is only said. */
async function readOther(
  file: string,
): Promise<{ readonly text?: string; readonly note?: string } | undefined> {
  try {
    const { mode, size } = await stat(file);
    if (size > maxBytes) return { note: `${file} is larger than ${maxBytes} bytes` };
    const text = await readFile(file, 'utf8');
    return (mode & 0o077) === 0 ? { text } : { text, note: `${file} can be read by others: chmod 600 it` };
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' ? undefined : { note: `${file} could not be read (${code})` };
  }
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(text, { schema: 'failsafe', maxAliasCount: 10, logLevel: 'error' });
  } catch {
    // The parser's words would quote the file.
    return undefined;
  }
}
