import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A real Nagios with one host, `web1`. */
export interface NagiosPeer {
  readonly dir: string;
  readonly commandFile: string;
  readonly spool: string;
  /** Members of the first block of status.dat that fits, as Nagios wrote them last. */
  status(kind: 'servicestatus' | 'hoststatus', service?: string): { readonly [member: string]: string };
  /** What Nagios logged so far. */
  log(): string;
  /** Ends it; its folder stays until `remove`. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

const program = '/usr/sbin/nagios4';

/** Why the peer cannot be had here, or undefined. */
export function whyNoNagios(): string | undefined {
  if (process.getuid?.() !== 0) return 'Nagios changes its user, which needs root';
  return existsSync(program) ? undefined : `not installed: ${program}`;
}

/** Starts a Nagios whose host web1 has these services. */
export async function startNagios(
  services: readonly string[] = ['app-log'],
  more: { readonly objects?: string; readonly settings?: string } = {},
): Promise<NagiosPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'nagios-'));
  // It drops root, and must still find its way here.
  chmodSync(dir, 0o755);
  for (const folder of ['rw', 'spool/checkresults', 'tmp', 'archives']) {
    mkdirSync(join(dir, folder), { recursive: true });
  }
  const commandFile = join(dir, 'rw/nagios.cmd');
  const statusFile = join(dir, 'status.dat');
  writeFileSync(join(dir, 'nagios.cfg'), `${settings(dir)}${more.settings ?? ''}`);
  writeFileSync(join(dir, 'objects.cfg'), `${objects(services)}${more.objects ?? ''}`);
  execFileSync('chown', ['-R', 'nagios:nagios', dir]);
  // Else the service would be kept waiting by what it inherits.
  const child = spawn(program, [join(dir, 'nagios.cfg')], { stdio: 'ignore' });
  await eventually(() => isFifo(commandFile) && existsSync(statusFile), 'Nagios');
  return {
    dir,
    commandFile,
    spool: join(dir, 'spool/checkresults'),
    status: (kind, service) => blockOf(statusFile, kind, service),
    log: () => readFileSync(join(dir, 'nagios.log'), 'utf8'),
    async stop() {
      await end(child);
      // A child of its own reads the FIFO, and outlives it for a moment.
      await eventually(() => !isReadBySomebody(commandFile), 'nobody to read the command file');
    },
    async remove() {
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function isReadBySomebody(fifo: string): boolean {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

const isFifo = (path: string): boolean => existsSync(path) && statSync(path).isFIFO();

/** `name {`, then `member=value` lines, then `}`. */
function blockOf(file: string, kind: string, service: string | undefined): { [member: string]: string } {
  const text = readFileSync(file, 'utf8');
  for (const [, body = ''] of text.matchAll(new RegExp(`^${kind} \\{\n(.*?)^\t\\}`, 'gms'))) {
    const members = Object.fromEntries(
      body
        .split('\n')
        .map((line) => /^\t(\w+)=(.*)$/s.exec(line))
        .flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])),
    );
    if (service === undefined || members['service_description'] === service) return members;
  }
  return {};
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}

const settings = (dir: string): string => `cfg_file=${dir}/objects.cfg
log_file=${dir}/nagios.log
log_archive_path=${dir}/archives
object_cache_file=${dir}/objects.cache
precached_object_file=${dir}/objects.precache
status_file=${dir}/status.dat
state_retention_file=${dir}/retention.dat
temp_file=${dir}/tmp/nagios.tmp
temp_path=${dir}/tmp
lock_file=${dir}/nagios.lock
check_result_path=${dir}/spool/checkresults
query_socket=${dir}/rw/nagios.qh
command_file=${dir}/rw/nagios.cmd
check_external_commands=1
accept_passive_service_checks=1
accept_passive_host_checks=1
execute_service_checks=0
execute_host_checks=0
enable_notifications=0
log_external_commands=1
log_passive_checks=1
use_syslog=0
retain_state_information=0
status_update_interval=1
check_result_reaper_frequency=1
interval_length=1
nagios_user=nagios
nagios_group=nagios
check_for_updates=0
event_broker_options=0
`;

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const objects = (services: readonly string[]): string => `define timeperiod {
  timeperiod_name 24x7
  alias always
${days.map((day) => `  ${day} 00:00-24:00`).join('\n')}
}
define command {
  command_name noop
  command_line /bin/true
}
define contact {
  contact_name nobody
  host_notification_period 24x7
  service_notification_period 24x7
  host_notification_commands noop
  service_notification_commands noop
}
define host {
  host_name web1
  address 127.0.0.1
  max_check_attempts 1
  check_command noop
  active_checks_enabled 0
  passive_checks_enabled 1
  check_period 24x7
  notification_period 24x7
  contacts nobody
}
${services.map(serviceNamed).join('')}`;

const serviceNamed = (name: string): string => `define service {
  host_name web1
  service_description ${name}
  check_command noop
  max_check_attempts 1
  check_interval 60
  retry_interval 60
  check_period 24x7
  notification_period 24x7
  active_checks_enabled 0
  passive_checks_enabled 1
  is_volatile 1
  contacts nobody
}
`;
