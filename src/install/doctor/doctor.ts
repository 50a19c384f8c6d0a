import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { counted } from '../../kit/count.ts';
import type { ProbeResult } from '../../channels/contract.ts';
import type { ChannelConfig, Config, SourceConfig } from '../../config/config.ts';
import { nodeFiles } from '../../config/node-files.ts';
import { secretFiles } from '../../config/secrets.ts';
import { callControl } from '../../control/client.ts';
import type { Checked } from '../../model/diagnostic.ts';
import { readAccounts, systemUser, type Accounts, type UserAccount } from '../accounts.ts';
import { checkClock } from './clock.ts';
import { bad, fine, note, type Bedside, type Finding } from './finding.ts';
import { checkDisk, checkInotify, checkNode } from './machine.ts';
import { checkAuthorities, checkNames, checkProxy, proxyOf, serverDate, serversOf } from './reach.ts';
import { checkLog, checkSecretFile, checkShared, type Reader } from './readable.ts';
import { checkConfigFiles, checkSqlite, checkState, daemonless } from './state.ts';

/** What is examined. */
export interface Patient {
  readonly state: string;
  readonly env: NodeJS.ProcessEnv;
  /** The Node versions that package.json asks for. */
  readonly engines: string;
  readonly config: () => Promise<Checked<Config>>;
  /** Asks one channel's service whether a message could be sent. */
  readonly probe: (channel: ChannelConfig, config: Config) => Promise<ProbeResult>;
}

/** Looks at everything that keeps the program from its work; findings come as they are made. */
export async function* examine(patient: Patient, bedside: Bedside = machine): AsyncGenerator<Finding> {
  const accounts = readAccounts();
  const reader = readerOf(accounts.user(systemUser));
  yield checkNode(process.versions.node, patient.engines);
  yield await checkSqlite();
  yield* checkState(patient.state, reader.user);
  yield await checkInotify(bedside, reader.user.uid);
  yield await daemonOf(patient.state);
  const checked = await patient.config();
  const config = checked.ok ? checked.value : undefined;
  yield* judgeConfig(checked, reader, accounts);
  yield checkDisk(patient.state, config?.limits.ledger);
  if (config === undefined) {
    yield await checkClock(bedside, async () => undefined);
    return;
  }
  for (const source of config.sources) {
    for (const path of await filesOf(source)) yield checkLog(path, reader, accounts);
    const need = needs[source.kind.kind];
    if (need !== undefined)
      yield await need(source.name, reader, accounts.groupId('systemd-journal'), bedside);
  }
  yield* secretsOf(config, reader, patient.state);
  yield* await reachOf(config, patient.env, bedside);
  yield* await Promise.all(config.channels.map((channel) => channelOf(channel, config, patient)));
}

/** As the service's user where root asks and there is one; else as who asks. */
function readerOf(service: UserAccount | undefined): Reader {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0 && service !== undefined) return { user: service, isSelf: false };
  const groups = process.getgroups?.() ?? [];
  const name =
    service?.uid === uid ? service.name : uid === 0 ? 'root' : (process.env['USER'] ?? `user ${uid}`);
  return { user: { name, uid, gid: process.getegid?.() ?? 0, groups }, isSelf: true };
}

async function daemonOf(state: string): Promise<Finding> {
  const answer = await callControl(state, 'status', {}, { timeoutMs: 5_000 });
  if (answer.ok) return fine('daemon', 'runs and answers');
  if (answer.reason !== 'noDaemon')
    return bad(
      'daemon',
      `does not answer: ${answer.detail}`,
      'bird-sentinel status; systemctl restart bird-sentinel',
    );
  const places = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
  return daemonless(places.some((place) => existsSync(`${place}/bird-sentinel.service`)));
}

function* judgeConfig(checked: Checked<Config>, reader: Reader, accounts: Accounts): Generator<Finding> {
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined) {
    const place = [first.file, first.line].filter((part) => part !== undefined).join(':');
    yield bad(
      'config',
      `${errors.length} mistake(s), the first at ${place}: ${first.message}`,
      'bird-sentinel check',
    );
    return;
  }
  if (!checked.ok) return;
  const { files, sources, program } = checked.value;
  const closed = files.flatMap((path) => checkShared(path, reader, accounts) ?? []);
  const troubles = [...checkConfigFiles(files), ...closed];
  yield* troubles;
  if (sources.length === 0)
    yield bad(
      'config',
      'names no sources: nothing is watched',
      'name logs in sources, or: bird-sentinel init',
    );
  else if (troubles.length === 0)
    yield fine(
      'config',
      `${files.join(' ')}: ${counted(sources.length, 'source')}, ${counted(program.rules.length, 'rule')}`,
    );
}

/** The files that a source reads now; for those not there yet, the paths themselves. */
async function filesOf({ options }: SourceConfig): Promise<readonly string[]> {
  if (typeof options !== 'object' || options === null || !('paths' in options)) return [];
  const { paths } = options;
  const patterns = (Array.isArray(paths) ? paths : []).filter(
    (each): each is string => typeof each === 'string',
  );
  return (await Promise.all(patterns.map((pattern) => nodeFiles.glob(pattern)))).flat();
}

/** Secrets that systemd hands to the service are not looked at: they are there only while it runs. */
function secretsOf({ channels }: Config, reader: Reader, state: string): readonly Finding[] {
  const files = channels.flatMap(({ options }) => secretFiles(options).map(({ file }) => file));
  const kept = [...new Set(files)].filter((file) => !file.startsWith('/run/credentials/'));
  return kept.flatMap((file) => checkSecretFile(file, reader, state) ?? []);
}

type Need = (
  name: string,
  reader: Reader,
  journalGroup: number | undefined,
  bedside: Bedside,
) => Promise<Finding>;

/** What kinds of sources need beside files. */
const needs: { readonly [kind: string]: Need } = {
  async journal(name, { user }, journalGroup, { ask }) {
    if ((await ask('journalctl', ['--version'])) === undefined)
      return bad('journal', `journalctl, which ${name} reads by, is not there`, 'apt install systemd');
    const groups = journalGroup === undefined ? [] : [journalGroup];
    if (user.uid === 0 || groups.some((gid) => user.groups.includes(gid)))
      return fine('journal', `can be read by ${user.name}`);
    const todo = `usermod --append --groups systemd-journal ${user.name}, then start the daemon anew`;
    return bad('journal', `${user.name} sees only what it wrote itself`, todo);
  },
};

async function reachOf(
  config: Config,
  env: NodeJS.ProcessEnv,
  bedside: Bedside,
): Promise<readonly Finding[]> {
  const servers = serversOf(config);
  const proxy = proxyOf(config.http, env);
  const [names, way, clock] = await Promise.all([
    checkNames(servers, proxy),
    checkProxy(proxy),
    checkClock(bedside, () => serverDate(servers, config.http)),
  ]);
  return [clock, ...names, way, ...checkAuthorities(config.http, env, bedside.now())];
}

async function channelOf(channel: ChannelConfig, config: Config, patient: Patient): Promise<Finding> {
  const result = await patient.probe(channel, config);
  const check = `channel ${channel.name}`;
  if (result.ok) return fine(check, result.detail);
  return bad(
    check,
    result.detail,
    result.hint ?? `docs/channels.md, ${channel.kind.kind}; then: bird-sentinel drill`,
  );
}

const askMs = 5_000;

/** This machine. */
const machine: Bedside = {
  ask: (program, args) =>
    new Promise((resolve) => {
      execFile(program, [...args], { timeout: askMs, encoding: 'utf8' }, (error, stdout) =>
        resolve(error === null ? stdout : undefined),
      );
    }),
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  now: Date.now,
};

/** What is said where no configuration is. */
export const noConfiguration = (places: readonly string[]): Finding =>
  note('config', `there is none at ${places.join(' ')}`, 'bird-sentinel init');
