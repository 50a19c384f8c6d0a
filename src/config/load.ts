import type { MatchPorts } from '../match/contract.ts';
import type { Place } from '../dialects/native/place.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import { buildConfig } from './build.ts';
import type { Config } from './config.ts';
import { findFiles, readFile, type ConfigPorts, type ReadFile } from './files.ts';
import { machineZone } from './machine-zone.ts';
import { mergeBeside, mergeOver } from './merge.ts';
import { nodeFiles } from './node-files.ts';
import { shippedPacks, type PackShelf } from './packs.ts';
import { registries as ownRegistries, type Registries } from './registries.ts';
import type { MapTree } from './tree.ts';

/** What a configuration is loaded from and checked with. */
export interface LoadOptions {
  /** Files and folders; a folder means its `*.yaml`, then its `*.local.yaml`. */
  readonly files: readonly string[];
  /** What patterns are compiled with. */
  readonly match: MatchPorts;
  readonly ports?: ConfigPorts;
  readonly registries?: Registries;
  readonly packs?: PackShelf;
  /** IANA name of the machine's zone. */
  readonly zone?: string;
}

/**
 * Reads a configuration: every mistake in every file, or a Config. Nothing is opened but files: no
 * source, no channel. Never rejects; a file that cannot be read is a Diagnostic.
 */
export async function loadConfig(options: LoadOptions): Promise<Checked<Config>> {
  const ports = options.ports ?? nodeFiles;
  const found = await findFiles(options.files, ports);
  const read = await Promise.all(found.files.map((file) => readFile(file, ports)));
  const files = read.map(({ file }) => file);
  const merged = mergeFiles(files, options.files[0] ?? '');
  const diagnostics = [
    ...found.diagnostics,
    ...read.flatMap((result) => result.diagnostics),
    ...merged.diagnostics,
  ];
  const built = await buildConfig(merged.tree, {
    match: options.match,
    ports,
    registries: options.registries ?? ownRegistries,
    packs: options.packs ?? shippedPacks,
    zone: options.zone ?? machineZone(),
    files: files.map(({ path }) => path),
    complete: !diagnostics.some(isError),
  });
  return checked(
    built.value,
    inFileOrder(
      [...diagnostics, ...built.diagnostics],
      files.map(({ path }) => path),
    ),
  );
}

/** A value is handed out only when nothing is wrong. */
function checked<T>(value: T | undefined, diagnostics: readonly Diagnostic[]): Checked<T> {
  return value === undefined || diagnostics.some(isError)
    ? { ok: false, diagnostics }
    : { ok: true, value, diagnostics };
}

/** As a reader goes through the files; mistakes without a place come first. */
function inFileOrder(diagnostics: readonly Diagnostic[], read: readonly string[]): readonly Diagnostic[] {
  const files = [...new Set([...read, ...diagnostics.flatMap(({ file }) => file ?? [])])];
  const rank = ({ file }: Diagnostic): number => (file === undefined ? -1 : files.indexOf(file));
  return diagnostics.toSorted(
    (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

function mergeFiles(
  files: readonly ReadFile[],
  name: string,
): { readonly tree: MapTree; readonly diagnostics: readonly Diagnostic[] } {
  const treesOf = (overlay: boolean): readonly MapTree[] =>
    files.flatMap((file) => (file.overlay === overlay && file.tree !== undefined ? [file.tree] : []));
  const root: Place = { file: files[0]?.path ?? name, line: 1, column: 1 };
  const base = mergeBeside(treesOf(false), root);
  const overlay = mergeBeside(treesOf(true), root);
  const both = mergeOver(base.tree, overlay.tree);
  return { tree: both.tree, diagnostics: [...base.diagnostics, ...overlay.diagnostics, ...both.diagnostics] };
}
