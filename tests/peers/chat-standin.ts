import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen, type Mood } from '../contracts/mood.ts';

/** One request as a service sees it. */
export interface ChatRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as JSON or as a form, as its type says; empty if it is neither. */
  readonly fields: { readonly [name: string]: unknown };
}

/** What a service answers; an object goes out as JSON. */
export interface ChatReply {
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: { readonly [name: string]: string };
  /** The connection ends within the body. */
  readonly breaksOff?: true;
  /** The message was posted, or changed. */
  readonly isTaken?: true;
}

/** A service as its documentation has it: a function of the request and of what it remembers. */
export type ChatService = (request: ChatRequest) => ChatReply;

/** A service that can be reached. */
export interface ChatStandin {
  readonly url: string;
  readonly requests: ChatRequest[];
  /** Answers for the next requests, instead of the service's own. */
  readonly next: ChatReply[];
  /** How many messages it took. */
  taken(): number;
  stop(): void;
}

/** Opens a stand-in on a port of loopback. */
export async function openStandin(service: ChatService, mood: Mood = 'good'): Promise<ChatStandin> {
  const requests: ChatRequest[] = [];
  const next: ChatReply[] = [];
  let taken = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (mood === 'silent') return;
      if (mood === 'rude') return void request.socket.resetAndDestroy();
      if (mood === 'repeating')
        return void response.writeHead(400).end(`${request.url} ${request.rawHeaders.join(' ')} ${body}`);
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://standin');
      const asked = {
        method: request.method ?? '',
        path: decodeURIComponent(pathname),
        query: searchParams,
        headers: request.headers,
        body,
        fields: fieldsOf(request.headers['content-type'] ?? '', body),
      };
      requests.push(asked);
      const reply = next.shift() ?? service(asked);
      taken += Number(reply.isTaken === true);
      const isJson = typeof reply.body === 'object';
      const text = isJson ? JSON.stringify(reply.body) : (reply.body ?? '');
      response.writeHead(reply.status, {
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...reply.headers,
      });
      if (reply.breaksOff === true) response.write(text, () => request.socket.end());
      else response.end(text);
    });
  });
  const port = await listen(server, mood);
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, requests, next, taken: () => taken, stop };
}

function fieldsOf(type: string, body: string): ChatRequest['fields'] {
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body));
  if (!type.startsWith('application/json')) return {};
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null ? (parsed as ChatRequest['fields']) : {};
}

/** A member that is text; empty where there is none. */
export const text = (fields: ChatRequest['fields'], name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

/** What a service has posted so far, by id. */
export interface Posts {
  add(id: string): void;
  has(id: string): boolean;
  count(): number;
}

export function rememberPosts(): Posts {
  const ids = new Set<string>();
  return { add: (id) => void ids.add(id), has: (id) => ids.has(id), count: () => ids.size };
}
