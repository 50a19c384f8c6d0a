import type { Config } from '../../src/config/config.ts';
import type { ConfigPorts } from '../../src/config/files.ts';
import { loadConfig } from '../../src/config/load.ts';
import { shippedPacks } from '../../src/config/packs.ts';
import { nodeFiles } from '../../src/config/node-files.ts';
import { isGlob, matchesGlob } from '../../src/kit/glob.ts';
import { secret } from '../../src/channels/secret.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import type { Checked, Diagnostic } from '../../src/model/diagnostic.ts';

/** Texts by path; a path ending in `/` is a folder of those below it. */
export type Texts = { readonly [path: string]: string };

const match = createMatchPorts();

/** A disk that holds texts only, and the shipped packs. Files whose text begins with `unsafe` are readable by all. */
export const portsOf = (texts: Texts): ConfigPorts => ({
  read: async (path) => {
    const text = texts[path];
    if (text !== undefined) return { ok: true, text };
    return path.startsWith(shippedPacks.folder)
      ? nodeFiles.read(path)
      : { ok: false, detail: 'does not exist' };
  },
  bytes: async (path) => {
    const text = texts[path];
    return text === undefined ? { ok: false, detail: 'does not exist' } : { ok: true, text };
  },
  glob: async (pattern) =>
    isGlob(pattern) ? Object.keys(texts).filter((path) => matchesGlob(pattern, path)) : [pattern],
  list: async (path) => {
    const folder = `${path.replace(/\/$/, '')}/`;
    const names = Object.keys(texts).flatMap((name) =>
      name.startsWith(folder) ? [name.slice(folder.length).split('/')[0] ?? ''] : [],
    );
    return names.length === 0 ? undefined : [...new Set(names)];
  },
  secret: async (path) => {
    const text = texts[path];
    if (text === undefined) return { ok: false, seen: false, detail: `${path} does not exist` };
    if (text.startsWith('unsafe'))
      return { ok: false, seen: true, detail: `${path} can be read by others (mode 0644): chmod 600 it` };
    return { ok: true, secret: secret(text) };
  },
});

/** Loads texts as if they were files; `files` defaults to all texts that are YAML. */
export const loadTexts = (texts: Texts, files?: readonly string[]): Promise<Checked<Config>> =>
  loadConfig({
    files: files ?? Object.keys(texts).filter((path) => path.endsWith('.yaml')),
    match,
    ports: portsOf(texts),
    zone: 'UTC',
  });

/** The Config of one text, which must have nothing to complain about. */
export async function configOf(text: string, others: Texts = {}): Promise<Config> {
  const loaded = await loadTexts({ 'c.yaml': text, ...others }, ['c.yaml']);
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(written).join('\n'));
  return loaded.value;
}

/** A Diagnostic in one line: `c.yaml:3:5 config.unknown-key unknown key "x" (did you mean "y"?)`. */
export function written({ file, line, column, code, message, hint }: Diagnostic): string {
  const place = file === undefined ? '' : `${file}:${line}:${column} `;
  return `${place}${code} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** What loading one text complains about. */
export async function complaints(text: string, others: Texts = {}): Promise<readonly string[]> {
  const { diagnostics } = await loadTexts({ 'c.yaml': text, ...others }, ['c.yaml']);
  return diagnostics.map(written);
}
