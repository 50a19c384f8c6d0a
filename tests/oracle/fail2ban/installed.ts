import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { configOf } from '../../contracts/config-texts.ts';
import { importFail2ban } from '../../../src/dialects/fail2ban/import.ts';
import type { Imported } from '../../../src/dialects/native/write.ts';
import { createMatchPorts } from '../../../src/daemon/node-ports.ts';
import { compilePattern } from '../../../src/match/matcher.ts';
import { instant } from '../../../src/model/time.ts';
import { createParser } from '../../../src/parse/event.ts';
import type { Matcher } from '../../../src/match/contract.ts';

const run = promisify(execFile);
const folder = '/etc/fail2ban';

/** The interpreter for which Debian installs fail2ban. */
const python = '/usr/bin/python3';

/** Why nothing can be compared here; undefined when the package is there. */
export const whyMissing: string | undefined =
  existsSync(`${folder}/filter.d/sshd.conf`) && existsSync('/usr/bin/fail2ban-regex')
    ? undefined
    : 'the Debian package fail2ban is not installed';

/** Why its sample logs cannot be read here; undefined when they are there. */
export const whyNoSamples: string | undefined =
  whyMissing ??
  (existsSync('/usr/lib/python3/dist-packages/fail2ban/tests/files/logs/sshd')
    ? undefined
    : 'the package was installed without its tests');

/** The filters that are installed, but for those that are only there to be included. */
export const filterNames: readonly string[] =
  whyMissing === undefined
    ? readdirSync(`${folder}/filter.d`)
        .filter(
          (name) =>
            name.endsWith('.conf') &&
            name !== 'selinux-common.conf' &&
            /^failregex/m.test(textOf(`${folder}/filter.d/${name}`) ?? ''),
        )
        .map((name) => name.slice(0, -'.conf'.length))
    : [];

/** One filter with what fail2ban makes of lines. */
export interface Judged {
  readonly filter: string;
  readonly error?: string;
  readonly lines?: readonly {
    readonly line: string;
    readonly fails: boolean;
    readonly ids: readonly string[];
  }[];
}

/** Lines for each filter, made of its own expressions, and what fail2ban makes of them. */
export async function judge(
  seed: string,
  count: number,
  filters: readonly string[],
): Promise<readonly Judged[]> {
  return answers('judge.py', [seed, String(count), ...filters]);
}

/** The sample lines that fail2ban brings for each filter, and what it makes of them. */
export const judgeSamples = (filters: readonly string[]): Promise<readonly Judged[]> =>
  answers('samples.py', filters);

async function answers(script: string, words: readonly string[]): Promise<readonly Judged[]> {
  const path = new URL(script, import.meta.url).pathname;
  const { stdout } = await run(python, ['-B', path, ...words], { maxBuffer: 1 << 28, timeout: 280_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Judged);
}

/** How many lines of a file fail2ban-regex says that a filter matches. */
export async function countByFail2ban(log: string, filter: string): Promise<number> {
  const { stdout } = await run(
    'fail2ban-regex',
    ['--usedns=no', '--no-check-all', log, `${folder}/filter.d/${filter}.conf`],
    {
      timeout: 60_000,
    },
  );
  return Number(/^Lines: .*?(\d+) matched/m.exec(stdout)?.[1] ?? -1);
}

const match = createMatchPorts();

/** Files of the machine. */
const disk = { read: textOf, list: (path: string) => readdirSync(path), match };

/** What the importer makes of an installed filter. */
export const importInstalled = (filter: string): Imported =>
  importFail2ban(`${folder}/filter.d/${filter}.conf`, disk);

/** What the imported rules of a filter say of one line: the address, or nothing. */
export async function nativeFilter(text: string): Promise<(line: string) => string | undefined> {
  const config = await configOf(text);
  const parser = createParser({ format: 'auto', zone: 'UTC' });
  const at = instant(Date.UTC(2026, 10, 21));
  const position = { stream: 's', begin: 0, end: 0, mark: null };
  const chunk = {
    source: 's',
    bytes: new Uint8Array(),
    records: { kind: 'lines' },
    position,
    receivedAt: at,
    reference: at,
  } as const;
  const rules = config.program.rules.map(({ pattern, except }) => ({
    matcher: compiled(pattern),
    except: except.map(compiled),
  }));
  return (line) => {
    const { event } = parser.parse(line, chunk, 0);
    for (const { matcher, except } of rules) {
      const found = matcher.match(event);
      if (found === undefined || found === 'timedOut') continue;
      if (except.some((each) => each.match(event) !== undefined)) continue;
      return typeof found['ip'] === 'string' ? found['ip'] : '';
    }
    return undefined;
  };
}

function compiled(pattern: Parameters<typeof compilePattern>[0]): Matcher {
  const result = compilePattern(pattern, match);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
  return result.value.matcher;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
