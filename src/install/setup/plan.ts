import { systemUser } from '../accounts.ts';
import { initScriptText } from './init-script.ts';
import type { Installed } from './program.ts';
import { logrotateText, sysusersText, tmpfilesText, unitText } from './unit.ts';

/** What starts services on a machine. */
export type Starter = 'systemd' | 'lsb';

/** One thing that `setup` does. */
export type Action =
  | { readonly type: 'write'; readonly path: string; readonly mode: number; readonly text: string }
  /** The system user, its group, and the groups whose logs it may read. */
  | { readonly type: 'account'; readonly home: string; readonly groups: readonly string[] }
  | { readonly type: 'folder'; readonly path: string; readonly mode: number; readonly owner: Owner }
  | { readonly type: 'run'; readonly argv: readonly string[] };

/** `shared`: root's, and the group of the service may read it. */
export type Owner = 'root' | 'shared' | 'service';

/** A page or completion to install. */
export interface Document {
  /** Below `share`: `man/man1/bird-sentinel.1`. */
  readonly path: string;
  readonly text: string;
}

/** What a plan is made for. */
export interface Site {
  readonly starter: Starter;
  readonly installed: Installed;
  readonly documents: readonly Document[];
  /** Whether this is the running machine: then the service is registered, and started. */
  readonly isLive: boolean;
  /** Whether there is a configuration to start with. */
  readonly isConfigured: boolean;
}

const unitPath = '/etc/systemd/system/bird-sentinel.service';
const scriptPath = '/etc/init.d/bird-sentinel';

/** Everything that makes the program a service of a machine, in order. Pure. */
export function planOf({ starter, installed, documents, isLive, isConfigured }: Site): readonly Action[] {
  const { config, state, logs } = installed;
  const groups = starter === 'systemd' ? ['adm', 'systemd-journal'] : ['adm'];
  return [
    ...filesOf(starter, installed),
    { type: 'account', home: state, groups },
    { type: 'folder', path: config, mode: 0o750, owner: 'shared' },
    { type: 'folder', path: `${config}/conf.d`, mode: 0o750, owner: 'shared' },
    { type: 'folder', path: `${config}/secrets`, mode: 0o700, owner: 'root' },
    { type: 'folder', path: state, mode: 0o700, owner: 'service' },
    { type: 'folder', path: logs, mode: 0o750, owner: 'service' },
    ...documents.map(({ path, text }) => file(`/usr/local/share/${path}`, text)),
    ...(isLive ? registering(starter, isConfigured) : []),
  ];
}

const file = (path: string, text: string, mode = 0o644): Action => ({ type: 'write', path, mode, text });

function filesOf(starter: Starter, installed: Installed): readonly Action[] {
  const logrotate = file('/etc/logrotate.d/bird-sentinel', logrotateText(installed.logs));
  if (starter === 'lsb') return [file(scriptPath, initScriptText(installed), 0o755), logrotate];
  return [
    file('/etc/sysusers.d/bird-sentinel.conf', sysusersText(installed.state)),
    file('/etc/tmpfiles.d/bird-sentinel.conf', tmpfilesText(installed)),
    file(unitPath, unitText(installed)),
    logrotate,
  ];
}

const command = (...argv: readonly string[]): Action => ({ type: 'run', argv });

function registering(starter: Starter, isConfigured: boolean): readonly Action[] {
  if (starter === 'lsb')
    return [
      command('update-rc.d', systemUser, 'defaults'),
      ...(isConfigured ? [command(scriptPath, 'start')] : []),
    ];
  return [
    command('systemctl', 'daemon-reload'),
    command('systemctl', 'enable', 'bird-sentinel.service'),
    ...(isConfigured ? [command('systemctl', 'restart', 'bird-sentinel.service')] : []),
  ];
}

/** What is ended before the files of a plan are deleted, and after. Pure. */
export function unregistering(starter: Starter): {
  readonly before: readonly Action[];
  readonly after: readonly Action[];
} {
  return starter === 'lsb'
    ? { before: [command(scriptPath, 'stop')], after: [command('update-rc.d', systemUser, 'remove')] }
    : {
        before: [command('systemctl', 'disable', '--now', 'bird-sentinel.service')],
        after: [command('systemctl', 'daemon-reload')],
      };
}

/** The files that a package of a distribution holds: each where packages put it. Pure. */
export function packageFiles(installed: Installed, documents: readonly Document[]): readonly Action[] {
  return [
    file('/lib/systemd/system/bird-sentinel.service', unitText(installed)),
    file('/usr/lib/sysusers.d/bird-sentinel.conf', sysusersText(installed.state)),
    file('/usr/lib/tmpfiles.d/bird-sentinel.conf', tmpfilesText(installed)),
    file(scriptPath, initScriptText(installed), 0o755),
    file('/etc/logrotate.d/bird-sentinel', logrotateText(installed.logs)),
    // Debian's own word for the folder of zsh.
    ...documents.map(({ path, text }) =>
      file(`/usr/share/${path.replace('zsh/site-functions', 'zsh/vendor-completions')}`, text),
    ),
  ];
}
