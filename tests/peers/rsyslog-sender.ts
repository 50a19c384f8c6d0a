import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { ended } from './smtp-peers.ts';

/** How rsyslog forwards: transport, framing, template, library of TLS; `mtls` with a certificate of its own. */
export const forwardings = [
  'udp3164',
  'udp5424',
  'tcp-lf',
  'tcp-octet',
  'tcp-octet-3164',
  'tls-ossl',
  'tls-gtls',
  'mtls-ossl',
  'mtls-gtls',
] as const;

export type Forwarding = (typeof forwardings)[number];

/** A real rsyslog that forwards what it is told. */
export interface RsyslogSender {
  /** Sends a message through it, as programs do. */
  log(text: string): void;
  stop(): Promise<void>;
}

const modules = '/usr/lib/x86_64-linux-gnu/rsyslog';

/** Why it cannot run here, or undefined. */
export function whyNoForwarding(how: Forwarding): string | undefined {
  if (!existsSync('/usr/sbin/rsyslogd')) return 'rsyslog is not installed';
  const library = /tls-(.*)/.exec(how)?.[1];
  if (library === undefined || existsSync(`${modules}/lmnsd_${library}.so`)) return undefined;
  return `rsyslog-${library === 'ossl' ? 'openssl' : 'gnutls'} is not installed`;
}

/** Starts one that forwards to a port of 127.0.0.1. `certificates`: a folder that mkca.sh and mkclient.sh filled. */
export async function startSender(how: Forwarding, port: number, certificates = ''): Promise<RsyslogSender> {
  const dir = mkdtempSync(join(tmpdir(), 'rsyslog-'));
  mkdirSync(join(dir, 'work'));
  const config = join(dir, 'rsyslog.conf');
  const socket = join(dir, 'log.sock');
  writeFileSync(config, configOf(how, dir, port, certificates));
  const child = spawn('/usr/sbin/rsyslogd', ['-n', '-iNONE', '-f', config], { stdio: 'ignore' });
  await eventually(() => existsSync(socket), 'rsyslog', 60_000);
  return {
    log: (text) =>
      void execFileSync('logger', ['-u', socket, '-t', 'app', '-p', 'local0.err', '--', text], {
        stdio: 'ignore',
      }),
    stop: () => ended(child, dir),
  };
}

function configOf(how: Forwarding, dir: string, port: number, certificates: string): string {
  const template = how.endsWith('3164')
    ? 'RSYSLOG_TraditionalForwardFormat'
    : 'RSYSLOG_SyslogProtocol23Format';
  const library = /tls-(.*)/.exec(how)?.[1];
  const own = how.startsWith('mtls-')
    ? ` DefaultNetstreamDriverCertFile="${certificates}/client.pem" DefaultNetstreamDriverKeyFile="${certificates}/client.key"`
    : '';
  const driver =
    library === undefined
      ? ''
      : `DefaultNetstreamDriver="${library}" DefaultNetstreamDriverCAFile="${certificates}/ca.pem"${own}`;
  return `global(workDirectory="${dir}/work" maxMessageSize="64k" net.enableDNS="off" localHostname="rsys1" ${driver})
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${dir}/log.sock" RateLimit.Interval="0" UseSysTimeStamp="off" usePIDFromSystem="off")
action(type="omfwd" target="127.0.0.1" port="${String(port)}" ${transportOf(how)} template="${template}"
  action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="100000")
`;
}

function transportOf(how: Forwarding): string {
  if (how.startsWith('udp')) return 'protocol="udp"';
  if (how === 'tcp-lf') return 'protocol="tcp" TCP_Framing="traditional"';
  const counted = 'protocol="tcp" TCP_Framing="octet-counted"';
  const library = /tls-(.*)/.exec(how)?.[1];
  if (library === undefined) return counted;
  return `${counted} StreamDriver="${library}" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"`;
}
