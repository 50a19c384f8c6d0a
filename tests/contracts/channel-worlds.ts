import {
  mkdtempSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestPorts } from '../peers/channel-ports.ts';
import { channelSecret } from './channel-answers.ts';
import { monitoringWorlds } from './channel-worlds-monitoring.ts';
import { pushWorlds } from './channel-worlds-push.ts';
import { chatWorlds } from './channel-worlds-chat.ts';
import { mailServer } from './mail-server.ts';
import { listen, type Mood } from './mood.ts';

/** The other side of a channel. */
export interface ChannelWorld {
  /** What the channel is given so that it meets this world. */
  readonly options: object;
  /** Where the account `bot` lives, for kinds that need one. */
  readonly api?: string;
  /** What is asked for is done before a stop could come. */
  readonly atOnce?: true;
  /** How many whole messages it took. */
  taken(): number;
  stop(): void;
}

/** Where a world may put its files, and what the channel's own time-out must be. */
export interface WorldPlace {
  readonly dir: string;
  readonly secretFile: string;
  readonly timeout: string;
  readonly ports: TestPorts;
}

/** Gives the other side in a mood; undefined where a kind cannot meet it so. */
export type OpenWorld = (mood: Mood, place: WorldPlace) => Promise<ChannelWorld | undefined>;

/** The other side of each kind of channel. A new kind needs a line here. */
export const channelWorlds: { readonly [kind: string]: OpenWorld } = {
  'x-dm': xWorld({ account: 'bot', to: '@night_admin' }),
  'x-post': xWorld({ account: 'bot' }),
  webhook: async (mood, { secretFile, timeout }) => {
    const http = await httpWorld(mood, (_request, response) => response.writeHead(204).end());
    const options = { url: http.url, 'secret-file': secretFile, 'token-file': secretFile, timeout };
    return { ...http, options };
  },
  email: async (mood, { secretFile, timeout }) => {
    const mail = await mailServer(mood);
    const server = `smtp://127.0.0.1:${mail.port}`;
    const login = { user: 'alice', 'password-file': secretFile };
    return {
      ...mail,
      options: { to: ['ops@example.org'], from: 'bird@example.org', server, timeout, ...login },
    };
  },
  exec: async (mood, { dir, timeout }) => {
    const taken = join(dir, 'taken');
    const scripts: { readonly [mood in Mood]: string } = {
      good: `cat >> ${taken}`,
      silent: 'exec sleep 60',
      rude: 'kill -9 $$',
      repeating: 'cat >&2; exit 1',
      absent: '',
    };
    const command = mood === 'absent' ? [join(dir, 'none')] : ['/bin/sh', '-c', scripts[mood]];
    return { options: { command, timeout }, taken: () => linesIn(taken), stop: nothing };
  },
  file: async (mood, { dir }) => {
    if (mood === 'silent' || mood === 'repeating') return undefined;
    const file = join(dir, mood === 'absent' ? 'none/alerts.log' : 'alerts.log');
    if (mood === 'rude') mkdirSync(file);
    return {
      options: { file, format: 'json' },
      taken: () => (mood === 'good' ? linesIn(file) : 0),
      stop: nothing,
    };
  },
  syslog: async (mood, { timeout }) => {
    // No answer is read, so none can be repeated.
    if (mood === 'repeating') return undefined;
    const tcp = await tcpWorld(
      mood,
      (bytes) =>
        /^(\d+) <26>1 /.exec(bytes.toString('latin1'))?.[1] === String(bytes.length - lengthOfHead(bytes)),
    );
    return { ...tcp, options: { server: `tcp://127.0.0.1:${tcp.port}`, timeout } };
  },
  nagios: async (mood, { dir }) => {
    if (mood === 'silent' || mood === 'repeating') return undefined;
    const spool = join(dir, 'spool');
    if (mood !== 'absent') mkdirSync(spool);
    // A folder where the command file should be.
    const way = mood === 'rude' ? { 'command-file': spool } : { 'check-result-path': spool };
    return {
      options: { ...way, host: 'web1', service: 'alerts' },
      taken: () => (existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith('.ok')).length : 0),
      stop: nothing,
    };
  },
  nsca: async (mood, { secretFile, timeout }) => {
    if (mood === 'repeating') return undefined;
    const tcp = await tcpWorld(mood, (bytes) => bytes.length === 4304, Buffer.alloc(132));
    const where = {
      server: '127.0.0.1',
      port: tcp.port,
      'encryption-method': 1,
      'password-file': secretFile,
    };
    return { ...tcp, options: { ...where, host: 'web1', service: 'alerts', listen: '10ms', timeout } };
  },
  ...monitoringWorlds,
  ...chatWorlds,
  ...pushWorlds,
  screen: async (mood, { ports }) =>
    mood === 'good'
      ? { options: { json: true }, atOnce: true, taken: () => ports.printed.length, stop: nothing }
      : undefined,
};

/** A folder of its own with the secret in a file of it. */
export function openPlace(ports: TestPorts, timeout: string): WorldPlace {
  const dir = mkdtempSync(join(tmpdir(), 'world-'));
  const secretFile = join(dir, 'secret');
  writeFileSync(secretFile, channelSecret, { mode: 0o600 });
  return { dir, secretFile, timeout, ports };
}

export const closePlace = ({ dir }: WorldPlace): void => rmSync(dir, { recursive: true, force: true });

const nothing = (): void => undefined;

const linesIn = (path: string): number =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;

const lengthOfHead = (bytes: Buffer): number => bytes.indexOf(0x20) + 1;

function xWorld(options: object): OpenWorld {
  return async (mood) => {
    // How long X may take is not an option.
    if (mood === 'silent') return undefined;
    const user = { id: '2002', username: 'night_admin', protected: true };
    const event = { id: '1', dm_event_id: '1', dm_conversation_id: '1-2' };
    const http = await httpWorld(mood, (request, response) => {
      const isQuestion = request.method === 'GET';
      response
        .writeHead(isQuestion ? 200 : 201, { 'x-access-level': 'read-write-directmessages' })
        .end(JSON.stringify({ data: isQuestion ? user : event }));
    });
    return { ...http, api: http.url, options };
  };
}

interface NetWorld {
  taken(): number;
  stop(): void;
}

async function httpWorld(
  mood: Mood,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<NetWorld & { readonly url: string }> {
  let taken = 0;
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      if (mood === 'silent') return;
      if (mood === 'rude') return void request.socket.resetAndDestroy();
      if (mood === 'repeating')
        return void response.writeHead(400).end(`${request.rawHeaders.join(' ')}${body}`);
      taken += Number(request.method === 'POST');
      take(request, response);
    });
  });
  const port = await listen(server, mood);
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, taken: () => taken, stop };
}

/** A server that says `greeting`, reads to the end and takes what `isMessage`. */
async function tcpWorld(
  mood: Mood,
  isMessage: (bytes: Buffer) => boolean,
  greeting = Buffer.alloc(0),
): Promise<NetWorld & { readonly port: number }> {
  let taken = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('error', nothing);
    if (mood === 'rude') return void socket.resetAndDestroy();
    if (mood !== 'silent') socket.write(greeting);
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data]);
    });
    socket.on('end', () => {
      if (mood === 'silent') return;
      taken += Number(isMessage(bytes));
      socket.end();
    });
  });
  const port = await listen(server, mood);
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, taken: () => taken, stop };
}
