import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What stands in for a Docker engine, made from the documentation of its API (docs.docker.com/reference/api/engine). */
export interface DockerEngine {
  readonly socket: string;
  /** A container that runs. */
  create(name: string, tty?: boolean): string;
  /** What it writes, as one message of its log. */
  write(id: string, text: string, stream?: 'stdout' | 'stderr'): void;
  /** It ends; its log stays. */
  end(id: string): void;
  remove(id: string): void;
  /** Cuts all connections, as a restart of the engine does. */
  cut(): void;
  close(): Promise<void>;
}

interface Entry {
  readonly stamp: string;
  readonly bytes: Buffer;
}

interface Kept {
  readonly name: string;
  readonly tty: boolean;
  readonly entries: Entry[];
  readonly readers: Set<ServerResponse>;
  isRunning: boolean;
}

export async function startEngine(): Promise<DockerEngine> {
  const dir = mkdtempSync(join(tmpdir(), 'docker-'));
  const socket = join(dir, 'docker.sock');
  const containers = new Map<string, Kept>();
  let ticks = 0n;

  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '/', 'http://docker');
    const [, id = '', what] = /^\/containers\/([0-9a-f]+)\/(json|logs)$/.exec(url.pathname) ?? [];
    const container = containers.get(id);
    if (url.pathname === '/containers/json') return void answer.end(JSON.stringify(listOf(containers, url)));
    if (container === undefined) return void answer.writeHead(404).end('{"message":"No such container"}');
    if (what === 'json') return void answer.end(JSON.stringify({ Id: id, Config: { Tty: container.tty } }));
    const since = url.searchParams.get('since');
    answer.writeHead(200).flushHeaders();
    for (const { stamp, bytes } of container.entries) {
      if (since === null || nanosecondsOf(stamp) >= since.replace('.', '')) answer.write(bytes);
    }
    if (url.searchParams.get('follow') !== '1' || !container.isRunning) return void answer.end();
    container.readers.add(answer);
    answer.on('close', () => container.readers.delete(answer));
  });
  server.listen(socket);
  await once(server, 'listening');

  return {
    socket,
    create(name, tty = false) {
      const id = (containers.size + 1).toString(16).padStart(64, 'a');
      containers.set(id, { name, tty, entries: [], readers: new Set(), isRunning: true });
      return id;
    },
    write(id, text, stream = 'stdout') {
      const container = containers.get(id);
      if (container === undefined) return;
      const stamp = `${new Date(Date.now()).toISOString().slice(0, 23)}${String(ticks++).padStart(6, '0')}Z`;
      const bytes = framed(Buffer.from(`${stamp} ${text}`), stream, container.tty);
      container.entries.push({ stamp, bytes });
      for (const reader of container.readers) reader.write(bytes);
    },
    end(id) {
      const container = containers.get(id);
      if (container !== undefined) container.isRunning = false;
      for (const reader of container?.readers ?? []) reader.end();
    },
    remove: (id) => void containers.delete(id),
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function listOf(containers: ReadonlyMap<string, Kept>, url: URL): object[] {
  return [...containers]
    .filter(([, { isRunning }]) => isRunning || url.searchParams.get('all') === '1')
    .map(([Id, { name, isRunning }]) => ({
      Id,
      Names: [`/${name}`],
      Image: 'image:1',
      State: isRunning ? 'running' : 'exited',
    }));
}

function framed(text: Buffer, stream: 'stdout' | 'stderr', tty: boolean): Buffer {
  if (tty) return text;
  const head = Buffer.alloc(8);
  head[0] = stream === 'stdout' ? 1 : 2;
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text]);
}

const nanosecondsOf = (stamp: string): string =>
  `${String(Math.floor(Date.parse(`${stamp.slice(0, 19)}Z`) / 1000))}${stamp.slice(20, 29)}`;
