import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A case as it was given to the real swatchdog. */
export interface Scenario {
  readonly conf: string;
  /** Files beside the configuration, by name. */
  readonly files: ReadonlyMap<string, { readonly bytes: Buffer; readonly mode: number }>;
  /** Swatch's own options. */
  readonly args: string;
  /** What comes when: milliseconds after the start. */
  readonly lines: readonly { readonly at: number; readonly text: string }[];
}

/** What a run came to: standard output without colours, and the files it left, by name. */
export interface Outcome {
  readonly stdout: string;
  readonly files: ReadonlyMap<string, string>;
}

const OWN = new Set(['swatch.conf', 'input.log', 'args', 'feed.sh', 'driver.sh', 'expected.txt', 'ours.txt']);

/** Reads a case folder. Of a driver only the separator of records is taken: the others run the program itself. */
export function readScenario(folder: string): Scenario {
  const read = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'latin1') : undefined;
  const others = readdirSync(folder).filter((name) => !OWN.has(name));
  const feed = read('feed.sh');
  const separator = /--input-record-separator='([^']*)'/.exec(read('driver.sh') ?? '')?.[1];
  return {
    conf: read('swatch.conf') ?? '',
    files: new Map(
      others.map((name) => [name, { bytes: readFileSync(join(folder, name)), mode: 0o755 }] as const),
    ),
    args: (read('args') ?? '').split('\n')[0] ?? '',
    lines: feed === undefined ? atOnce(recordsOf(read('input.log') ?? '', separator)) : timed(feed),
  };
}

const atOnce = (texts: readonly string[]) => texts.map((text) => ({ at: 0, text }));

function recordsOf(text: string, separator = '\\n'): readonly string[] {
  const end = separator.replaceAll('\\n', '\n');
  const records = text.split(end);
  if (records.at(-1) === '') records.pop();
  return records;
}

/** The `echo` and `sleep` of a script that feeds lines. */
function timed(script: string): Scenario['lines'] {
  let at = 0;
  return script.split('\n').flatMap((line) => {
    at += Number(/^sleep ([\d.]+)$/.exec(line)?.[1] ?? 0) * 1000;
    const [, text] = /^echo '(.*)'$/.exec(line) ?? [];
    return text === undefined ? [] : [{ at, text }];
  });
}

/** Reads what was recorded. */
export function readOutcome(text: string): Outcome {
  const [, ...sections] = text.split(/^--- /m);
  const files = new Map<string, string>();
  let stdout = '';
  for (const section of sections) {
    const [head = '', ...body] = section.split('\n');
    const content = body.join('\n').trimEnd();
    const file = /^file (\S+)/.exec(head)?.[1];
    if (head === 'stdout') stdout = withoutColours(content);
    else if (file !== undefined && !file.includes('swatchdog_script')) files.set(file, content);
  }
  return { stdout, files };
}

/** An outcome as text, to be compared and recorded. */
export const showOutcome = ({ stdout, files }: Outcome): string =>
  [
    `--- stdout\n${stdout.trimEnd()}\n`,
    ...[...files]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => `--- file ${name}\n${text.trimEnd()}\n`),
  ].join('');

/** Without SGR's codes, as `cat -v` shows them. */
export const withoutColours = (text: string): string => text.replaceAll(/\^\[\[[\d;]*m/g, '').trimEnd();

/** Bytes as `cat -v` shows them. */
export function visible(bytes: Buffer): string {
  let shown = '';
  for (const byte of bytes) {
    const low = byte & 127;
    const sign =
      low === 127 ? '^?' : low < 32 ? `^${String.fromCharCode(low + 64)}` : String.fromCharCode(low);
    if (byte === 10 || byte === 9) shown += String.fromCharCode(byte);
    else shown += byte > 127 ? `M-${sign}` : sign;
  }
  return shown;
}
