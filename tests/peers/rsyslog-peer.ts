import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { ended, freePort } from './smtp-peers.ts';

const here = import.meta.dirname;

/** By what rsyslog takes messages; `mtls`: from a client with the certificate of `sentinel.test` only. */
export type RsyslogInput = 'unix' | 'udp' | 'tcp' | 'tls' | 'mtls';

/** A message as rsyslog understood it. */
export interface ReadMessage {
  readonly pri: string;
  readonly time: string;
  readonly host: string;
  readonly app: string;
  readonly procid: string;
  readonly msgid: string;
  readonly data: string;
  readonly text: string;
}

export interface RsyslogPeer {
  /** What the channel's `server` must be. */
  readonly server: string;
  /** Where its certificates are: ca.pem and, for `mtls`, client.pem and client.key. */
  readonly dir: string;
  messages(): readonly ReadMessage[];
  stop(): Promise<void>;
}

const tlsModule = '/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so';

/** Why it cannot run here, or undefined. */
export function whyNoRsyslog(input: RsyslogInput): string | undefined {
  if (!existsSync('/usr/sbin/rsyslogd')) return 'rsyslog is not installed';
  const encrypted = input === 'tls' || input === 'mtls';
  return encrypted && !existsSync(tlsModule) ? 'rsyslog-openssl is not installed' : undefined;
}

/** Starts a real rsyslog that writes what it understood as JSON. */
export async function startRsyslog(input: RsyslogInput): Promise<RsyslogPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'rsyslog-'));
  mkdirSync(join(dir, 'work'));
  if (input === 'tls' || input === 'mtls') {
    execFileSync('bash', [join(here, 'mkca.sh'), dir], { stdio: 'ignore' });
    execFileSync('bash', [join(here, 'mkclient.sh'), dir, 'sentinel.test'], { stdio: 'ignore' });
  }
  const port = await freePort();
  const config = join(dir, 'rsyslog.conf');
  writeFileSync(config, configOf(input, dir, port));
  const child = spawn('/usr/sbin/rsyslogd', ['-n', '-iNONE', '-f', config], { stdio: 'ignore' });
  const socket = join(dir, 'log.sock');
  await eventually(async () => {
    if (input === 'unix') return existsSync(socket);
    return input === 'udp' ? udpPortIsOpen(port) : connects(port);
  }, 'rsyslog');
  const scheme = input === 'mtls' ? 'tls' : input;
  return {
    server: input === 'unix' ? `unix:${socket}` : `${scheme}://localhost:${port}`,
    dir,
    messages: () => messagesIn(join(dir, 'out.json')),
    stop: () => ended(child, dir),
  };
}

function messagesIn(path: string): ReadMessage[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  // The last piece is not finished, or empty.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as ReadMessage);
}

function configOf(input: RsyslogInput, dir: string, port: number): string {
  const driver = `DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="${dir}/ca.pem"
  DefaultNetstreamDriverCertFile="${dir}/server.pem" DefaultNetstreamDriverKeyFile="${dir}/server.key"`;
  const encrypted = input === 'tls' || input === 'mtls';
  const parts: readonly [name: string, property: string][] = [
    ['pri', 'pri'],
    ['time', 'timereported" dateFormat="rfc3339'],
    ['host', 'hostname'],
    ['app', 'app-name'],
    ['procid', 'procid'],
    ['msgid', 'msgid'],
    ['data', 'structured-data'],
    ['text', 'msg'],
  ];
  return `global(workDirectory="${dir}/work" maxMessageSize="64k" net.enableDNS="off" localHostname="rsys1"
  parser.escapeControlCharactersOnReceive="off"
  ${encrypted ? driver : ''})
template(name="json" type="list" option.jsonf="on") {
${parts.map(([name, property]) => `  property(outname="${name}" name="${property}" format="jsonf")`).join('\n')}
}
${inputOf(input, dir, port)}
action(type="omfile" file="${dir}/out.json" template="json")
`;
}

function inputOf(input: RsyslogInput, dir: string, port: number): string {
  const strict =
    input === 'mtls'
      ? 'StreamDriver.AuthMode="x509/name" PermittedPeer=["sentinel.test"]'
      : 'StreamDriver.AuthMode="anon"';
  switch (input) {
    case 'unix':
      return `module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${dir}/log.sock" RateLimit.Interval="0")`;
    case 'udp':
      return `module(load="imudp")
input(type="imudp" address="127.0.0.1" port="${port}")`;
    case 'tcp':
      return `module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="${port}")`;
    case 'tls':
    case 'mtls':
      return `module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" ${strict})
input(type="imtcp" address="127.0.0.1" port="${port}")`;
  }
}

const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

function udpPortIsOpen(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`:${hex} `).test(readFileSync('/proc/net/udp', 'utf8'));
}
