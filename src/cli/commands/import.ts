import { readdirSync, readFileSync } from 'node:fs';
import { nodeFiles } from '../../config/node-files.ts';
import { createMatchPorts } from '../../daemon/node-ports.ts';
import type { Imported } from '../../dialects/native/write.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson } from '../terminal.ts';

interface ImportFlags {
  readonly jail?: string;
}

/** `import`: rules of other programs as native YAML on standard output; what was lost is a comment there. */
export async function importRules(
  settings: Settings,
  [dialect = '', path = '']: readonly string[],
  flags: ImportFlags,
): Promise<ExitCode> {
  const importer = importers[dialect];
  if (importer === undefined) {
    complain(`there is no import of "${dialect}"; known: ${Object.keys(importers).join(', ')}`);
    return exit.usage;
  }
  for (const file of [path, ...(flags.jail === undefined ? [] : [flags.jail])]) {
    const why = whyUnreadable(file);
    if (why === undefined) continue;
    complain(`${file} ${why}`);
    return exit.failed;
  }
  const { text, rules, left } = await importer(path, flags);
  if (settings.json) printJson({ version: 1, rules, left, text });
  else print(text.trimEnd());
  if (rules === 0) {
    complain(
      `no rule of ${path} could be carried over${left === 0 ? `: it has none that ${dialect} knows` : ', see the comments'}`,
    );
    return exit.failed;
  }
  const lost = left === 1 ? '1 thing was' : `${left} things were`;
  if (!settings.quiet)
    complain(
      `${rules} ${rules === 1 ? 'rule' : 'rules'}; ${left === 0 ? 'nothing was lost' : `${lost} not carried over, see the comments`}`,
    );
  return exit.done;
}

type Importer = (path: string, flags: ImportFlags) => Promise<Imported>;

const importers: { readonly [dialect: string]: Importer } = {
  async sec(path) {
    const { readSecFiles } = await import('../../dialects/sec/read.ts');
    const { importSec } = await import('../../dialects/sec/import.ts');
    const { readSwitches, settingsOf } = await import('../../dialects/sec/switches.ts');
    const source = { name: path, text: readFileSync(path, 'latin1') };
    const settings = settingsOf(readSwitches([]).switches, 'refused');
    const options = { ports: createMatchPorts(), precedence: 'ordinary', perl: false, settings } as const;
    const { program, diagnostics } = readSecFiles([source], options);
    return importSec(program, diagnostics);
  },
  async swatch(path) {
    const { readSwatchFile } = await import('../../config/swatch-include.ts');
    const { importSwatch } = await import('../../dialects/swatch/import.ts');
    const { program, findings } = await readSwatchFile(
      path,
      {},
      { ports: nodeFiles, match: createMatchPorts() },
    );
    return importSwatch(program, findings);
  },
  async fail2ban(path, { jail }) {
    const { importFail2ban } = await import('../../dialects/fail2ban/import.ts');
    return importFail2ban(path, { read: readText, list: namesIn, match: createMatchPorts() }, jail);
  },
};

/** A file that is not there, or may not be read, is none. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function whyUnreadable(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? 'does not exist'
      : 'cannot be read';
  }
}
