import type { Diagnostic } from '../model/diagnostic.ts';
import type { SecretRead } from '../channels/secret-file.ts';
import { encodingMistake } from './encoding.ts';
import { parseYaml } from './yaml.ts';
import type { MapTree } from './tree.ts';

/** What loading needs of the disk; tests give texts instead. */
export interface ConfigPorts {
  readonly read: (path: string) => Promise<FileText>;
  /** A file as a byte string: one character a byte. */
  readonly bytes: (path: string) => Promise<FileText>;
  /** The files that a path or glob stands for, sorted. */
  readonly glob: (pattern: string) => Promise<readonly string[]>;
  /** The names in a folder; undefined when the path is not a folder. */
  readonly list: (path: string) => Promise<readonly string[] | undefined>;
  /** A secret from a file that only its owner can read. */
  readonly secret: (path: string) => Promise<SecretRead>;
}

export type FileText =
  | { readonly ok: true; readonly text: string }
  /** Why not, in words that follow the file's name: `does not exist`; `hint`: what helps. */
  | { readonly ok: false; readonly detail: string; readonly hint?: string };

/** Files in the order in which they are put together; `overlay`: `*.local.yaml`. */
export interface ConfigFile {
  readonly path: string;
  readonly overlay: boolean;
}

/** One file read. `tree` is absent when it could not be read or is not a map. */
export interface ReadFile extends ConfigFile {
  readonly tree: MapTree | undefined;
}

/**
 * The files that paths stand for. A folder means its `sentinel.yaml`, its other `*.yaml` and those of its
 * `conf.d`, each in name order, then the overlays `*.local.yaml` of both.
 */
export async function findFiles(
  paths: readonly string[],
  ports: ConfigPorts,
): Promise<{ readonly files: readonly ConfigFile[]; readonly diagnostics: readonly Diagnostic[] }> {
  const files: ConfigFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    const names = await ports.list(path);
    if (names === undefined) {
      files.push({ path, overlay: isOverlay(path) });
      continue;
    }
    const inner = names.includes('conf.d') ? ((await ports.list(inFolder(path, 'conf.d'))) ?? []) : [];
    const all = [...inOrder(names), ...inner.toSorted().map((name) => `conf.d/${name}`)];
    const found = all.filter((name) => name.endsWith('.yaml') && !isHidden(name));
    if (found.length === 0) diagnostics.push(missing(path, 'has no *.yaml file'));
    files.push(...found.map((name) => ({ path: inFolder(path, name), overlay: isOverlay(name) })));
    diagnostics.push(
      ...all.filter((name) => name.endsWith('.yml')).map((name) => ignored(inFolder(path, name))),
    );
  }
  return {
    files: [...files.filter(({ overlay }) => !overlay), ...files.filter(({ overlay }) => overlay)],
    diagnostics,
  };
}

const mainName = 'sentinel.yaml';
const inOrder = (names: readonly string[]): readonly string[] => [
  ...names.filter((name) => name === mainName),
  ...names.filter((name) => name !== mainName).toSorted(),
];
const isOverlay = (path: string): boolean => path.endsWith('.local.yaml');
const isHidden = (path: string): boolean => path.split('/').at(-1)?.startsWith('.') === true;
const inFolder = (folder: string, name: string): string => `${folder.replace(/\/+$/, '')}/${name}`;

const missing = (path: string, why: string, hint?: string): Diagnostic => ({
  code: 'config.unreadable',
  severity: 'error',
  message: `${path} ${why}`,
  ...(hint === undefined ? {} : { hint }),
});

const ignored = (path: string): Diagnostic => ({
  code: 'config.ignored-file',
  severity: 'warning',
  message: `${path} is not read`,
  hint: 'rename it to *.yaml',
});

/** Reads and parses one file. */
export async function readFile(
  file: ConfigFile,
  ports: ConfigPorts,
): Promise<{ readonly file: ReadFile; readonly diagnostics: readonly Diagnostic[] }> {
  const read = await ports.read(file.path);
  if (!read.ok)
    return { file: { ...file, tree: undefined }, diagnostics: [missing(file.path, read.detail, read.hint)] };
  const encoding = await encodingMistake(file.path, read.text, ports);
  if (encoding !== undefined) return { file: { ...file, tree: undefined }, diagnostics: [encoding] };
  const { tree, diagnostics } = parseYaml(read.text, file.path);
  if (tree === undefined || tree.type === 'map') return { file: { ...file, tree }, diagnostics };
  const wrong: Diagnostic = {
    code: 'config.wrong-value',
    severity: 'error',
    message: 'a configuration must be a map',
    ...tree.place,
  };
  return { file: { ...file, tree: undefined }, diagnostics: [...diagnostics, wrong] };
}
