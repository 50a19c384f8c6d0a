import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const here = import.meta.dirname;

/** A mail as a server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: boolean;
  readonly user: string | null;
  /** As it came over the wire, with CRLF. */
  readonly text: string;
}

export interface SmtpPeer {
  readonly port: number;
  /** The authority that signed its certificate, as PEM. */
  readonly ca: string;
  mails(): readonly TakenMail[];
  stop(): Promise<void>;
}

/** Why aiosmtpd cannot be had here, or undefined. */
export const whyNoAiosmtpd = (): string | undefined =>
  spawnSync('/usr/bin/python3', ['-c', 'import aiosmtpd']).status === 0
    ? undefined
    : 'python3-aiosmtpd is not installed';

/** Starts aiosmtpd with faults on demand (smtp-standin.py). */
export async function startAiosmtpd(
  mode: 'starttls' | 'plain' | 'tls',
  login?: { readonly user: string; readonly password: string },
): Promise<SmtpPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'smtp-'));
  execFileSync('bash', [join(here, 'mkca.sh'), dir], { stdio: 'ignore' });
  const args = [join(here, 'smtp-standin.py'), dir, mode];
  if (login !== undefined) args.push(`${login.user}:${login.password}`);
  const child = spawn('/usr/bin/python3', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await eventually(() => /^ready \d+\n/.test(said), 'aiosmtpd');
  return {
    port: Number(said.split(' ')[1]),
    ca: readFileSync(join(dir, 'ca.pem'), 'utf8'),
    mails: () =>
      readdirSync(dir)
        .filter((name) => /^\d+\.json$/.test(name))
        .toSorted()
        .map((name) => ({
          ...(JSON.parse(readFileSync(join(dir, name), 'utf8')) as Omit<TakenMail, 'text'>),
          text: readFileSync(join(dir, name.replace('.json', '.eml')), 'utf8'),
        })),
    stop: () => ended(child, dir),
  };
}

/** Why exim cannot be had here, or undefined. */
export function whyNoExim(): string | undefined {
  if (process.getuid?.() !== 0) return 'exim needs root to change its user';
  return existsSync('/usr/sbin/exim4') ? undefined : 'exim4-daemon-light is not installed';
}

/** Starts the real exim: STARTTLS, then PLAIN and LOGIN for the user given, one Maildir for all, a file for each recipient. */
export async function startExim(login: {
  readonly user: string;
  readonly password: string;
}): Promise<SmtpPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'exim-'));
  execFileSync('bash', [join(here, 'mkca.sh'), dir], { stdio: 'ignore' });
  const port = await freePort();
  const config = join(dir, 'exim.conf');
  writeFileSync(config, eximConfig(dir, port, login), { mode: 0o644 });
  const [uid = 0, gid = 0] = ['-u', '-g'].map((which) =>
    Number(execFileSync('id', [which, 'Debian-exim'], { encoding: 'utf8' })),
  );
  chmodSync(dir, 0o777);
  chmodSync(join(dir, 'server.key'), 0o644);
  for (const name of ['spool', 'mail']) {
    mkdirSync(join(dir, name));
    chownSync(join(dir, name), uid, gid);
  }
  const child = spawn(
    '/usr/sbin/exim4',
    ['-C', config, '-bdf', '-oX', `127.0.0.1:${port}`, '-oP', join(dir, 'pid')],
    {
      stdio: 'ignore',
    },
  );
  await eventually(() => answers(port), 'exim');
  const box = join(dir, 'mail/new');
  return {
    port,
    ca: readFileSync(join(dir, 'ca.pem'), 'utf8'),
    mails: () =>
      (existsSync(box) ? readdirSync(box) : []).toSorted().map((name) => {
        const text = readFileSync(join(box, name), 'utf8');
        const header = (field: string): string => new RegExp(`^${field}: (.*)$`, 'm').exec(text)?.[1] ?? '';
        const how = /with (esmtp\w*) /.exec(text)?.[1] ?? '';
        return {
          from: header('Return-path').replace(/[<>]/g, ''),
          to: header('Envelope-to').split(', '),
          tls: how.startsWith('esmtps'),
          user: how.endsWith('a') ? login.user : null,
          text,
        };
      }),
    stop: () => ended(child, dir),
  };
}

const eximConfig = (
  dir: string,
  port: number,
  { user, password }: { user: string; password: string },
): string => `
primary_hostname = mx.test
spool_directory = ${dir}/spool
log_file_path = ${dir}/spool/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
exim_user = Debian-exim
exim_group = Debian-exim
never_users =
tls_certificate = ${dir}/server.pem
tls_privatekey = ${dir}/server.key
tls_advertise_hosts = *
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = rcpt
acl_smtp_data = taken
host_lookup =
rfc1413_hosts =
keep_environment =
begin acl
rcpt:
  deny  local_parts = bounce
        message = 5.1.1 no such user
  defer local_parts = tempfail
        message = 4.7.1 greylisted, try later
  deny  !authenticated = *
        message = 5.7.0 authentication required
  accept
taken:
  accept
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = ${dir}/mail
  user = Debian-exim
  envelope_to_add
  return_path_add
begin retry
* * F,1h,1m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${user}}}{eq{$auth3}{${password}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if and{{eq{$auth1}{${user}}}{eq{$auth2}{${password}}}}}
  server_set_id = $auth1
`;

/** A port of loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Ends a program that a test started and takes its folder away. */
export function ended(child: ReturnType<typeof spawn>, dir: string): Promise<void> {
  return new Promise((resolve) => {
    const gone = (): void => {
      rmSync(dir, { recursive: true, force: true });
      resolve();
    };
    if (child.exitCode !== null || child.signalCode !== null) return gone();
    child.once('close', gone);
    child.kill('SIGKILL');
  });
}
