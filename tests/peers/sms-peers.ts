import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './smtp-peers.ts';

/** An SMS as it went out. */
export interface SentSms {
  readonly to: string;
  readonly text: string;
}

/** A daemon that sends SMS. */
export interface SmsPeer {
  readonly dir: string;
  sent(): readonly SentSms[];
  stop(): Promise<void>;
}

const patience = 60_000;

/** Why gammu's daemon cannot run here, or undefined. */
export const whyNoGammu = (): string | undefined =>
  existsSync('/usr/bin/gammu-smsd') && existsSync('/usr/bin/gammu-smsd-inject')
    ? undefined
    : 'gammu-smsd is not installed';

/** Starts gammu-smsd with a phone that is a folder; its configuration is `dir/smsdrc`. */
export async function startGammu(): Promise<SmsPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'gammu-'));
  for (const name of ['phone', 'inbox', 'outbox', 'sent', 'error']) mkdirSync(join(dir, name));
  const config = [
    `[gammu]\nmodel = dummy\nconnection = none\ndevice = ${dir}/phone`,
    `[smsd]\nservice = files\nlogfile = ${dir}/smsd.log\ninboxpath = ${dir}/inbox/\noutboxpath = ${dir}/outbox/`,
    `sentsmspath = ${dir}/sent/\nerrorsmspath = ${dir}/error/\ncommtimeout = 1\nloopsleep = 1`,
    'checksecurity = 0\nchecksignal = 0\nchecknetwork = 0\nhangupcalls = 0\n',
  ];
  writeFileSync(join(dir, 'smsdrc'), config.join('\n'));
  const child = run(dir, 'smsd', '/usr/bin/gammu-smsd', ['-c', join(dir, 'smsdrc')]);
  return {
    dir,
    sent: () => readdirSync(join(dir, 'sent')).map((name) => backupIn(join(dir, 'sent', name))),
    stop: () => ended(dir, [child]),
  };
}

/** The first SMS of one of gammu's backups, which has its text in UTF-16. */
function backupIn(path: string): SentSms {
  const text = readFileSync(path, 'utf8');
  const hex = [...(text.split('[SMSBackup000]')[1] ?? '').matchAll(/^Text\d+ = ([0-9A-F]*)/gm)];
  const whole = hex.map(([, part = '']) => part).join('');
  const body = Buffer.from(whole, 'hex').swap16().toString('utf16le');
  return { to: /^Number = "(.*)"/m.exec(text)?.[1] ?? '', text: body };
}

/** Why SMS Server Tools cannot run here, or undefined. */
export function whyNoSmstools(): string | undefined {
  if (!existsSync('/usr/sbin/smsd')) return 'smstools is not installed';
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import gammu'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'python3-gammu, which decodes what it sends, is not installed';
  }
}

/** Starts smsd of SMS Server Tools at a stand-in of a modem; it sends what lies in `dir/outgoing`. */
export async function startSmstools(): Promise<SmsPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'smstools-'));
  const folders = ['outgoing', 'checked', 'failed', 'incoming', 'sent'];
  for (const name of folders) mkdirSync(join(dir, name));
  const modem = run(dir, 'modem', '/usr/bin/python3', [
    join(import.meta.dirname, 'sms-modem.py'),
    join(dir, 'tty'),
  ]);
  await eventually(() => existsSync(join(dir, 'tty')), 'the modem', patience);
  const config = [
    'devices = GSM1',
    ...folders.map((name) => `${name} = ${dir}/${name}`),
    `logfile = ${dir}/smsd.log\ninfofile = ${dir}/working\npidfile = ${dir}/pid\nloglevel = 7\ndelaytime = 1`,
    `autosplit = 3\n[GSM1]\ndevice = ${dir}/tty\nincoming = no\ninit = AT\ncheck_network = no\n`,
  ];
  writeFileSync(join(dir, 'smsd.conf'), config.join('\n'));
  const daemon = run(dir, 'smsd', '/usr/sbin/smsd', ['-t', '-n', 'MAIN', '-c', join(dir, 'smsd.conf')]);
  // Its start empties the spool of locks; the file of its process number is written after that.
  await eventually(() => existsSync(join(dir, 'pid')), 'smsd', patience);
  return {
    dir,
    sent: () => linesIn(join(dir, 'modem.out')).map((line) => JSON.parse(line) as SentSms),
    stop: () => ended(dir, [daemon, modem]),
  };
}

/** A Kannel, and where it takes messages: user `app`, password `apppw`. */
export interface KannelPeer extends SmsPeer {
  readonly url: string;
}

/** Why Kannel cannot run here, or undefined. */
export const whyNoKannel = (): string | undefined =>
  existsSync('/usr/sbin/bearerbox') && existsSync('/usr/lib/kannel/test/fakesmsc')
    ? undefined
    : 'kannel and kannel-extras are not installed';

/** Starts a real gateway before Kannel's own stand-in of a network operator. */
export async function startKannel(): Promise<KannelPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'kannel-'));
  mkdirSync(join(dir, 'store'));
  const [admin, box, smsc, http] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const config = join(dir, 'kannel.conf');
  writeFileSync(config, kannelConfig(dir, { admin, box, smsc, http }));
  const children = [run(dir, 'bearerbox', '/usr/sbin/bearerbox', ['-v', '4', config])];
  await eventually(() => connects(box), 'bearerbox', patience);
  await eventually(() => connects(smsc), 'its door for operators', patience);
  const fake = ['-H', '127.0.0.1', '-r', String(smsc), '-i', '0.1', '-m', '0', '000 000 text x'];
  children.push(run(dir, 'smsc', '/usr/lib/kannel/test/fakesmsc', fake));
  children.push(run(dir, 'smsbox', '/usr/sbin/smsbox', ['-v', '4', config]));
  await eventually(() => connects(http), 'smsbox', patience);
  const status = `http://127.0.0.1:${admin}/status.txt?password=adminpw`;
  await eventually(
    async () => /FAKE.*online/.test(await (await fetch(status)).text()),
    'the operator',
    patience,
  );
  return {
    dir,
    url: `http://127.0.0.1:${http}/cgi-bin/sendsms`,
    sent: () => smsOfOperator(linesIn(join(dir, 'smsc.out'))),
    stop: () => ended(dir, children.toReversed()),
  };
}

interface KannelPorts {
  readonly admin: number;
  readonly box: number;
  readonly smsc: number;
  readonly http: number;
}

const kannelConfig = (dir: string, { admin, box, smsc, http }: KannelPorts): string => `group = core
admin-interface = 127.0.0.1
admin-port = ${admin}
admin-password = adminpw
smsbox-interface = 127.0.0.1
smsbox-port = ${box}
log-file = ${dir}/bearerbox.log
store-type = spool
store-location = ${dir}/store
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = FAKE
our-host = 127.0.0.1
port = ${smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-interface = 127.0.0.1
sendsms-port = ${http}
global-sender = 100

group = sendsms-user
username = app
password = apppw
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = ""
max-messages = 0
omit-empty = true
`;

/**
 * What Kannel's operator printed: `Got message 1: <100 +15550100 text hello>`, and a line more for each
 * newline in the text, since its protocol is one of lines; UCS-2 is percent-encoded.
 */
function smsOfOperator(lines: readonly string[]): readonly SentSms[] {
  const texts: string[] = [];
  for (const line of lines) {
    const said = /Got message \d+: <(.*)>$/.exec(line)?.[1];
    if (said === undefined) continue;
    if (said.startsWith('100 +')) texts.push(said);
    else texts.push(`${texts.pop() ?? ''}\n${said}`);
  }
  return texts.map((whole) => {
    const [, to = '', kind, text = ''] = /^100 (\S+) (\S+) (.*)$/s.exec(whole) ?? [];
    return { to, text: kind === 'ucs-2' ? decodedUcs2(text) : text };
  });
}

function decodedUcs2(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').swap16().toString('utf16le');
}

/** Starts a program in a group of its own, with its output in `dir/NAME.out`. */
function run(dir: string, name: string, program: string, args: readonly string[]): ChildProcess {
  const out = openSync(join(dir, `${name}.out`), 'w');
  return spawn(program, args, { stdio: ['ignore', out, out], detached: true });
}

/** Ends programs that `run` started, with what they started, and removes their folder. */
async function ended(dir: string, children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }
  rmSync(dir, { recursive: true, force: true });
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function linesIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  // The last piece is not finished, or empty.
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
