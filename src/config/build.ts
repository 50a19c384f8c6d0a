import { z } from 'zod';
import { present } from '../kit/assert.ts';
import { loadNamed } from '../kit/kind-row.ts';
import type { RuleChecks } from '../dialects/native/checks.ts';
import { salvage, validate } from '../dialects/native/issues.ts';
import { under, type Locate, type Place } from '../dialects/native/place.ts';
import { hashProgram } from '../dialects/native/hash.ts';
import { compileRules } from '../dialects/native/rules.ts';
import type { MatchPorts } from '../match/contract.ts';
import { compilePattern } from '../match/matcher.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Program, Rule } from '../model/program.ts';
import type { Millis } from '../model/time.ts';
import type { Templates } from '../render/template.ts';
import { checkTemplates } from './channel-templates.ts';
import { buildChannel } from './channels.ts';
import type { RuleTest, TestLine } from '../rehearsal/contract.ts';
import type { ChannelConfig, Config, Limits, SourceConfig } from './config.ts';
import { documentSchema, type ConfigDocument } from './document.ts';
import type { ConfigPorts } from './files.ts';
import { buildHearing, defaultPatience, type Hearing } from './hearing.ts';
import type { SecInclude, SwatchInclude } from './include-forms.ts';
import { overlayRules } from './merge.ts';
import { metricsPlace } from './metrics.ts';
import { buildHttp } from './outside.ts';
import { packRequests, readPacks, type PackShelf } from './packs.ts';
import { checkReferences, knownNames, type KnownNames } from './references.ts';
import type { Registries } from './registries.ts';
import { checkSecrets } from './secrets.ts';
import type { SecRules } from './sec-include.ts';
import { buildSource, formatsFor, knowledgeOf } from './sources.ts';
import { itemsAt, locateIn, plain, withEntry, type MapTree, type Tree } from './tree.ts';

/** What building needs beside the tree. */
export interface BuildContext {
  readonly match: MatchPorts;
  readonly ports: ConfigPorts;
  readonly registries: Registries;
  readonly packs: PackShelf;
  /** Zone of stamps without one, unless the configuration names another. */
  readonly zone: string;
  readonly files: readonly string[];
  /** Whether all files could be read: if not, names that are not found may be in what was not. */
  readonly complete: boolean;
}

/** A configuration, unless something essential is missing, and everything that is wrong. */
export interface BuiltConfig {
  readonly value: Config | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Builds a Config out of merged files; parts that are wrong do not keep the others from being checked. */
export async function buildConfig(tree: MapTree, context: BuildContext): Promise<BuiltConfig> {
  const asked = packRequests(tree);
  const packs = await readPacks(asked.requests, context.packs, context.ports);
  const whole = withPacks(tree, packs.rules);
  const locate = locateIn(whole);
  const read = readDocument(whole, locate);
  const { document } = read;
  const names = knownNames(whole);
  const complete = context.complete && !packs.diagnostics.some(({ severity }) => severity === 'error');
  const zone = document.zone ?? context.zone;

  const sources = await buildSources(document, locate, context.registries);
  const channels = await buildChannels(document, locate, { ...context, zone });
  const sec = await buildSec(document, locate, context);
  const native = await buildProgram(document, locate, names, { ...context, zone, complete });
  const http = await buildHttp(document, locate, context.ports);
  const diagnostics = [
    ...asked.diagnostics,
    ...packs.diagnostics,
    ...read.diagnostics,
    ...[sources, channels, sec, native, http].flatMap((part) => part.diagnostics),
    ...(complete ? checkReferences(document, locate, names) : []),
  ];
  if (!sources.ok || !channels.ok || !native.ok || !http.ok) return { value: undefined, diagnostics };
  const rules = [...native.value.rules, ...sec.rules];
  const kinds = await loadNamed(document.channels, context.registries.channels);
  const told = await toldBy(channels.value, buildHearing(document, zone, kinds), context.registries);
  const value: Config = {
    files: [...context.files, ...packs.files, ...sec.files],
    sources: sources.value,
    program: { rules, hash: hashProgram(rules) },
    broken: sec.broken,
    traps: sec.traps,
    everyRecord: sec.everyRecord,
    expressions: sec.expressions,
    perl: document.include.some((item) => 'sec' in item && item.perl),
    http: http.value,
    zone,
    ...told,
    ...drillOf(document, told.receivers, zone),
    accounts: Object.entries(document.accounts).map(([name, { x }]) => ({ name, api: x.api })),
    ...(document.heartbeat === undefined ? {} : { heartbeat: document.heartbeat }),
    ...(document.metrics === undefined ? {} : { metrics: metricsPlace(document.metrics) }),
    limits: limitsOf(document),
    late: document.late,
    tests: testsOf(document, locate),
  };
  return { value, diagnostics };
}

/** The rule files of SEC and swatch; what is broken in them is told as a warning, and kept apart for those who check. */
async function buildSec(
  { include }: ConfigDocument,
  locate: Locate,
  context: BuildContext,
): Promise<Omit<SecRules, 'rule'> & { readonly rules: readonly Rule[] }> {
  const read = await Promise.all(
    include.flatMap((item, index) => {
      if ('sec' in item) return [readSec(item, locate(['include', index, 'sec']), context)];
      if (!('swatch' in item)) return [];
      return [readSwatch(item, locate(['include', index, 'swatch']), context)];
    }),
  );
  const broken = read
    .flatMap((one) => one.broken)
    .map((diagnostic) => ({ ...diagnostic, severity: 'warning' as const }));
  const rules = read.flatMap(({ rule }) => rule ?? []);
  const twice = rules.filter(({ id }, index) => rules.findIndex((other) => other.id === id) < index);
  return {
    rules,
    broken,
    traps: read.flatMap(({ traps }) => traps),
    everyRecord: read.flatMap(({ everyRecord }) => everyRecord),
    expressions: read.flatMap(({ expressions }) => expressions),
    files: read.flatMap(({ files }) => files),
    diagnostics: [
      ...read.flatMap(({ diagnostics }) => diagnostics),
      ...twice.map(({ id, origin }) => sameId(id, origin)),
      ...broken,
    ],
  };
}

// What reads them is a third of the program, and is loaded for those who have such files.
const readSec = async (include: SecInclude, place: Place, context: BuildContext): Promise<SecRules> =>
  (await import('./sec-include.ts')).readSecInclude(include, place, context);
const readSwatch = async (include: SwatchInclude, place: Place, context: BuildContext): Promise<SecRules> =>
  (await import('./swatch-include.ts')).readSwatchInclude(include, place, context);

const sameId = (id: string, { file, line, column }: Rule['origin']): Diagnostic => ({
  code: 'config.given-twice',
  severity: 'error',
  message: `two includes are named "${id}"`,
  file,
  line,
  column,
  hint: 'give each an id of its own',
});

function withPacks(tree: MapTree, packs: readonly Tree[]): MapTree {
  if (packs.length === 0) return tree;
  const items = overlayRules(packs, itemsAt(tree, 'rules'));
  return withEntry(tree, 'rules', { type: 'list', place: tree.place, items });
}

const anyDocument = documentSchema({ source: z.unknown(), channel: z.unknown(), rule: z.unknown() });

/** The document, with the sections left out that are wrong as a whole, so that the others are checked too. */
function readDocument(
  tree: MapTree,
  locate: Locate,
): { readonly document: ConfigDocument; readonly diagnostics: readonly Diagnostic[] } {
  const data = plain(tree);
  const whole = validate(anyDocument, { data, name: '', locate });
  if (whole.ok) return { document: whole.value, diagnostics: [] };
  const document = salvage(anyDocument, data) ?? anyDocument.parse({});
  return { document, diagnostics: whole.diagnostics };
}

async function buildSources(
  { sources }: ConfigDocument,
  locate: Locate,
  registries: Registries,
): Promise<Checked<readonly SourceConfig[]>> {
  const built = Object.entries(sources).map(([name, data]) => buildSource(name, data, locate, registries));
  return together(await Promise.all(built));
}

async function buildChannels(
  { channels, budgets, redact }: ConfigDocument,
  locate: Locate,
  { registries, ports, zone }: BuildContext,
): Promise<Checked<readonly ChannelConfig[]>> {
  const built = Object.entries(channels).map(async ([name, data]): Promise<Checked<ChannelConfig>> => {
    const channel = await buildChannel(name, data, locate, { budgets: budgets[name], redact }, registries);
    if (!channel.ok) return channel;
    const { kind, options } = channel.value;
    const inside = under(locate, ['channels', name, kind.kind]);
    const written = (data as { readonly [key: string]: unknown })[kind.kind];
    const wrong = [
      ...(await checkSecrets({ options, written }, inside, ports)),
      ...(await checkTemplates(channel.value, inside, zone)),
    ];
    return wrong.length === 0 ? channel : { ok: false, diagnostics: [...channel.diagnostics, ...wrong] };
  });
  return together(await Promise.all(built));
}

function together<T>(parts: readonly Checked<T>[]): Checked<readonly T[]> {
  const diagnostics = parts.flatMap((part) => part.diagnostics);
  if (parts.some((part) => !part.ok)) return { ok: false, diagnostics };
  return { ok: true, value: parts.flatMap((part) => (part.ok ? [part.value] : [])), diagnostics };
}

async function buildProgram(
  { rules, sources }: ConfigDocument,
  locate: Locate,
  names: KnownNames,
  { registries, match, zone, complete }: BuildContext,
): Promise<Checked<Program>> {
  // The template library costs start-up time and memory that a configuration without templates can spare.
  const templates = rules.some(hasTemplate) ? await openTemplates(zone) : undefined;
  const kinds = await loadNamed(sources, registries.sources);
  const formats = await formatsFor(sources, registries);
  const checks: RuleChecks = {
    kinds: registries.rules,
    pattern: (pattern) => compilePattern(pattern, match),
    template: (source, known, place) => present(templates, 'templates').compile(source, known, place),
    source: (name) => (names.sources.includes(name) ? knowledgeOf(sources[name], kinds, formats) : undefined),
    sourceNames: names.sources,
    zone,
    complete,
  };
  return compileRules({ items: rules, locate: under(locate, ['rules']) }, checks);
}

const openTemplates = async (zone: string): Promise<Templates> =>
  (await import('../render/template.ts')).createTemplates({ zone });

/** Whether a rule has words of its own, as far as that can be told before it was checked. */
function hasTemplate(rule: unknown): boolean {
  const alert = typeof rule === 'object' && rule !== null && 'alert' in rule ? rule.alert : undefined;
  return typeof alert === 'object' && alert !== null && ('title' in alert || 'text' in alert);
}

/** Without any channel alerts are told on the screen. */
async function toldBy(
  channels: readonly ChannelConfig[],
  hearing: Hearing,
  { fallback }: Registries,
): Promise<Pick<Config, 'channels'> & Hearing> {
  if (channels.length > 0) return { channels, ...hearing };
  const screen = await fallback.load();
  const name = screen.kind;
  return {
    ...hearing,
    channels: [{ name, kind: screen, options: {}, budgets: screen.budgets, resolved: screen.resolved }],
    receivers: [{ name, channels: [name], nextAfter: defaultPatience }],
  };
}

function limitsOf({ limits }: ConfigDocument): Limits {
  return {
    maxLine: limits['max-line'],
    keysPerRule: limits['keys-per-rule'],
    ledger: limits.ledger,
    keep: limits.keep,
    maxWaiting: limits['max-waiting'],
    giveUpAfter: limits['give-up-after'],
  };
}

/** Without names everybody is tried who is told without being named. */
function drillOf(
  { drill }: ConfigDocument,
  receivers: Config['receivers'],
  zone: string,
): Pick<Config, 'drill'> {
  if (drill === undefined) return {};
  const everybody = receivers.filter(({ onlyByName }) => onlyByName !== true).map(({ name }) => name);
  const { schedule, zone: own = zone, receivers: named = everybody } = drill;
  return { drill: { schedule, zone: own, receivers: named } };
}

const repeated = ({
  times,
  ...item
}: {
  readonly times: number;
  readonly after: Millis;
}): readonly TestLine[] => Array.from({ length: times }, () => item);

const testsOf = ({ tests }: ConfigDocument, locate: Locate): readonly RuleTest[] =>
  tests.map(({ rule, lines, alerts }, index) => ({
    ...(rule === undefined ? {} : { rule }),
    lines: lines.flatMap((item) => (typeof item === 'string' ? [item] : repeated(item))),
    alerts,
    place: locate(['tests', index]),
  }));
