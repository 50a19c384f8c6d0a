import { existsSync } from 'node:fs';
import type { HttpSettings } from '../channels/contract.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { machineZone } from '../config/machine-zone.ts';
import type { WatchOptions } from '../config/watch.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Settings } from './settings.ts';
import { printDiagnostics } from './terminal.ts';

/** Where X lives unless the configuration says otherwise. */
const defaultApi = 'https://api.x.com';

/** Loads the configuration; what is wrong is not printed yet. */
export function checkConfig(
  settings: Pick<Settings, 'config'>,
  zone: string = machineZone(),
): Promise<Checked<Config>> {
  return loadConfig({ files: settings.config, match: createMatchPorts(), zone });
}

/** The same for a daemon: a configuration with nothing to watch is a mistake. */
export async function checkWatched(
  settings: Pick<Settings, 'config' | 'configIsDefault'>,
): Promise<Checked<Config>> {
  const missing = missingDefault(settings);
  return missing === undefined
    ? withSources(await checkConfig(settings))
    : { ok: false, diagnostics: [missing] };
}

/** Refuses a configuration that names no sources. */
export function withSources(checked: Checked<Config>): Checked<Config> {
  if (!checked.ok || checked.value.sources.length > 0) return checked;
  const [file, ...others] = checked.value.files;
  const missing: Diagnostic = {
    code: 'config.no-sources',
    severity: 'error',
    message: 'the configuration names no sources: there is nothing to watch',
    ...(file === undefined || others.length > 0 ? {} : { file }),
    hint: 'such as sources: { auth: { file: /var/log/auth.log } }; bird-sentinel init proposes some',
  };
  return { ok: false, diagnostics: [...checked.diagnostics, missing] };
}

/** Loads the configuration and says what is wrong with it; undefined when it cannot be used. `watches`: for a daemon. */
export async function readConfig(
  settings: Settings,
  options: { readonly onScreen: boolean; readonly watches?: boolean },
): Promise<Config | undefined> {
  const missing = missingDefault(settings);
  const load = options.watches === true ? checkWatched : checkConfig;
  const config = told(
    missing === undefined ? await load(settings) : { ok: false, diagnostics: [missing] },
    settings,
  );
  if (config === undefined || !options.onScreen) return config;
  const { onScreenOnly } = await import('../config/watch.ts');
  return onScreenOnly(config);
}

/** The configuration of `watch`, which needs none. */
export async function readWatchConfig(
  options: Omit<WatchOptions, 'match' | 'zone'>,
): Promise<Config | undefined> {
  const { watchConfig } = await import('../config/watch.ts');
  return told(await watchConfig({ ...options, match: createMatchPorts(), zone: machineZone() }), undefined);
}

/** Nobody named a configuration, and none is where one is looked for. */
function missingDefault({
  config,
  configIsDefault,
}: Pick<Settings, 'config' | 'configIsDefault'>): Diagnostic | undefined {
  if (!configIsDefault || config.some((path) => existsSync(path))) return undefined;
  return {
    code: 'config.absent',
    severity: 'error',
    message: `there is no configuration at ${config.join(' ')}`,
    hint: 'make one with bird-sentinel init, name one with -c, or try: bird-sentinel watch',
  };
}

/** How a configuration uses an account. */
export interface AccountUse {
  readonly api: string;
  readonly http: HttpSettings;
  /** Names of the channels that send by it. */
  readonly channels: readonly string[];
}

const uses = (options: unknown, account: string): boolean =>
  typeof options === 'object' && options !== null && 'account' in options && options.account === account;

/** What `auth` needs of a configuration: there may be none yet. */
export async function settingsForAccount(
  settings: Settings,
  account: string,
): Promise<AccountUse | undefined> {
  const isThere = !settings.configIsDefault || settings.config.some((path) => existsSync(path));
  if (!isThere) return { api: defaultApi, http: {}, channels: [] };
  const config = told(await checkConfig(settings), settings);
  if (config === undefined) return undefined;
  return {
    api: config.accounts.find(({ name }) => name === account)?.api ?? defaultApi,
    http: config.http,
    channels: config.channels.filter(({ options }) => uses(options, account)).map(({ name }) => name),
  };
}

function told(checked: Checked<Config>, settings: Settings | undefined): Config | undefined {
  const worth = checked.diagnostics.filter(
    ({ severity }) => severity === 'error' || settings?.quiet !== true,
  );
  printDiagnostics(worth);
  return checked.ok ? checked.value : undefined;
}
