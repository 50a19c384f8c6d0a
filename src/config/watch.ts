import type { MatchPorts } from '../match/contract.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../dialects/native/place.ts';
import { buildConfig } from './build.ts';
import type { ChannelConfig, Config } from './config.ts';
import { readFile, type ConfigPorts } from './files.ts';
import { machineZone } from './machine-zone.ts';
import { mergeBeside } from './merge.ts';
import { nodeFiles } from './node-files.ts';
import { shippedPacks, type PackShelf } from './packs.ts';
import { registries as ownRegistries, type Registries } from './registries.ts';
import { looksLikeOldSwatch, looksLikeSec, looksLikeSwatch } from './rule-files.ts';
import { itemsAt, mapOf, type MapTree, type Tree } from './tree.ts';
import type { SecWatch, SwatchWatch } from './watch-rules.ts';

/** What is watched without a configuration, and for what. */
export interface WatchOptions {
  /** Paths and globs; `-` is standard input. */
  readonly files: readonly string[];
  /** Absolute paths of pipes, which are read as they come. */
  readonly fifos?: readonly string[];
  /** Also the system's journal. */
  readonly journal?: boolean;
  /** Patterns; each becomes a rule. */
  readonly rules?: readonly string[];
  /**
   * Files with native rules (what else they configure is left aside, and their rules are bound to no source),
   * or SEC's, or swatch's.
   */
  readonly ruleFiles?: readonly string[];
  /** SEC's own command line: its rule files, inputs and switches. */
  readonly sec?: SecWatch;
  /** Swatch's own command line, likewise. */
  readonly swatch?: SwatchWatch;
  /** Read from the beginning to the end instead of following. */
  readonly once?: boolean;
  /** Alerts as JSON, one a line. */
  readonly json?: boolean;
  readonly match: MatchPorts;
  readonly zone?: string;
  readonly ports?: ConfigPorts;
  readonly registries?: Registries;
  readonly packs?: PackShelf;
}

/** Stands for the command line: a Diagnostic of it has no place. */
const commandLine: Place = { file: '', line: 1, column: 1 };

/** The Config of `watch`: its files, its rules or else all shipped packs, and the screen. */
export async function watchConfig(options: WatchOptions): Promise<Checked<Config>> {
  const ports = options.ports ?? nodeFiles;
  const registries = options.registries ?? ownRegistries;
  const packs = options.packs ?? shippedPacks;
  const sorted = await sortRuleFiles(options.ruleFiles ?? [], ports);
  const { native } = sorted;
  const read = await Promise.all(native.map((path) => readFile({ path, overlay: false }, ports)));
  const ruleTrees = read.flatMap(({ file }) => (file.tree === undefined ? [] : [onlyRules(file.tree)]));
  const merged = mergeBeside([written(options, sorted, packs), ...ruleTrees], commandLine);
  const built = await buildConfig(merged.tree, {
    match: options.match,
    ports,
    registries,
    packs,
    zone: options.zone ?? machineZone(),
    files: native,
    complete: true,
  });
  const screen = await screenChannel('screen', registries, options.json === true);
  const diagnostics = [
    ...read.flatMap((result) => result.diagnostics),
    ...merged.diagnostics,
    ...built.diagnostics,
    ...screen.diagnostics,
  ].map(placeless);
  if (built.value === undefined || !screen.ok || diagnostics.some(({ severity }) => severity === 'error')) {
    return { ok: false, diagnostics };
  }
  const once = options.once === true;
  return { ok: true, value: { ...built.value, once, channels: [screen.value] }, diagnostics };
}

/** The same configuration with every channel replaced by the screen: nothing leaves the machine. */
export async function onScreenOnly(config: Config, registries: Registries = ownRegistries): Promise<Config> {
  const channels = config.channels.map(async (channel): Promise<ChannelConfig> => {
    const screen = await screenChannel(channel.name, registries, false);
    return screen.ok ? { ...screen.value, resolved: channel.resolved } : channel;
  });
  return { ...config, channels: await Promise.all(channels) };
}

/** Rule files by whose they are. */
interface RuleFiles {
  readonly native: readonly string[];
  readonly sec: readonly string[];
  readonly swatch: readonly { readonly path: string; readonly old: boolean }[];
}

async function sortRuleFiles(paths: readonly string[], ports: ConfigPorts): Promise<RuleFiles> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const read = await ports.bytes(path);
      return { path, text: !/\.ya?ml$/.test(path) && read.ok ? read.text : '' };
    }),
  );
  const isSec = ({ text }: (typeof files)[number]): boolean => looksLikeSec(text);
  const isSwatch = (file: (typeof files)[number]): boolean => !isSec(file) && looksLikeSwatch(file.text);
  return {
    native: files.filter((file) => !isSec(file) && !isSwatch(file)).map(({ path }) => path),
    sec: files.filter(isSec).map(({ path }) => path),
    swatch: files.filter(isSwatch).map(({ path, text }) => ({ path, old: looksLikeOldSwatch(text) })),
  };
}

/** What the command line says, in the form of a configuration. */
function written(
  { files, fifos = [], journal = false, rules = [], ruleFiles = [], once, sec, swatch }: WatchOptions,
  found: RuleFiles,
  packs: PackShelf,
): MapTree {
  const paths = files.filter((file) => file !== '-');
  const own = rules.length > 0 || ruleFiles.length > 0 || sec !== undefined || swatch !== undefined;
  const inputs = sec?.inputs ?? [];
  const start = once === true || sec?.fromStart === true ? 'beginning' : 'end';
  const data = {
    sources: {
      ...(paths.length === 0 ? {} : { files: { file: paths, start } }),
      ...(paths.length === files.length ? {} : { stdin: { stdin: true } }),
      ...Object.fromEntries(fifos.map((fifo, index) => [`pipe-${index + 1}`, { fifo }])),
      ...(journal ? { journal: { journal: true, start } } : {}),
      ...Object.fromEntries(
        inputs.map(({ path }, index) => [
          nameOfInput(index),
          path === '-' ? { stdin: true } : { file: path, start },
        ]),
      ),
    },
    rules: rules.map((pattern, index) => ({ id: `rule-${index + 1}`, match: { pattern }, alert: {} })),
    include: [
      ...(own ? [] : packs.names.map((pack) => ({ pack }))),
      ...(found.sec.length === 0 ? [] : [{ sec: found.sec, shell: 'allow' }]),
      ...found.swatch.map(({ path, old }, index) =>
        swatchInclude(path, index === 0 ? 'swatch' : `swatch-${index + 1}`, old ? '-O' : ''),
      ),
      ...(swatch === undefined ? [] : [swatchInclude(swatch.config, 'swatch-command-line', swatch.options)]),
      ...(sec === undefined ? [] : [secInclude(sec)]),
    ],
  };
  return mapOf(data, commandLine);
}

/** Whoever starts rule files as SEC does wants them to do what they do there. */
const secInclude = ({ conf, inputs, options }: SecWatch) => ({
  sec: conf,
  id: 'sec-command-line',
  shell: 'allow',
  perl: true,
  precedence: 'sec',
  options,
  contexts: Object.fromEntries(
    inputs.flatMap(({ context }, index) => (context === undefined ? [] : [[nameOfInput(index), context]])),
  ),
});

/** Likewise for swatch: what its rules echo is shown, not made into alerts. */
const swatchInclude = (path: string, id: string, options: string) => ({
  swatch: path,
  id,
  shell: 'allow',
  alert: false,
  options,
});

const nameOfInput = (index: number): string => `input-${index + 1}`;

function onlyRules(tree: MapTree): MapTree {
  const rules = itemsAt(tree, 'rules').map(unbound);
  const entries = [...tree.entries].flatMap(([key, entry]) => {
    if (key === 'rules' && entry.value.type === 'list')
      return [[key, { ...entry, value: { ...entry.value, items: rules } }] as const];
    return ['rules', 'include', 'late', 'zone', 'limits'].includes(key) ? [[key, entry] as const] : [];
  });
  return { ...tree, entries: new Map(entries) };
}

const unbound = (rule: Tree): Tree =>
  rule.type === 'map'
    ? { ...rule, entries: new Map([...rule.entries].filter(([key]) => key !== 'from')) }
    : rule;

async function screenChannel(
  name: string,
  { fallback }: Registries,
  json: boolean,
): Promise<Checked<ChannelConfig>> {
  const kind = await fallback.load();
  const options = kind.options.safeParse(json ? { json } : {});
  if (!options.success) {
    const message = json ? 'the screen cannot write alerts as JSON yet' : 'the screen takes options';
    return { ok: false, diagnostics: [{ code: 'config.screen', severity: 'error', message }] };
  }
  const value = { name, kind, options: options.data, budgets: kind.budgets, resolved: kind.resolved };
  return { ok: true, value, diagnostics: [] };
}

function placeless(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.file !== '') return diagnostic;
  const { file: _file, line: _line, column: _column, ...rest } = diagnostic;
  return rest;
}
