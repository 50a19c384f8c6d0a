import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Http, type HttpAnswer, openHttp } from './http.ts';
import type { HttpFailure } from './http-failure.ts';

const live = new AbortController().signal;
type Reply = (request: IncomingMessage, response: ServerResponse) => unknown;

describe('exchange', () => {
  let http: Http;
  let server: Server;
  let url: string;
  let reply: Reply;
  let requests: number;

  const listen = async (server: Server): Promise<string> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  };

  beforeEach(async () => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'])
      vi.stubEnv(name, undefined);
    http = openHttp({});
    requests = 0;
    server = createServer((request, response) => {
      requests += 1;
      void reply(request, response);
    });
    url = await listen(server);
  });
  afterEach(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });

  const post = (to = url, totalMs = 5000, signal = live): Promise<HttpAnswer | HttpFailure> =>
    http.exchange({ method: 'POST', url: to, headers: { 'x-a': 'b' }, body: 'text' }, { totalMs, signal });

  it('gives status, headers and body, and does not follow redirects', async () => {
    reply = (_request, response) =>
      response.writeHead(302, { Location: '/there', 'X-Two': ['a', 'b'] }).end('körper');
    expect(await post()).toMatchObject({
      type: 'answer',
      status: 302,
      headers: { location: '/there', 'x-two': 'a, b' },
      body: 'körper',
      bodyState: 'whole',
    });
    expect(requests).toBe(1);
  });

  it('sends what it is given, over one connection as long as that lasts', async () => {
    const seen: unknown[] = [];
    reply = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push([request.method, request.url, request.headers['x-a'], body, request.socket.remotePort]);
      response.end();
    };
    await post(`${url}/a?b=c`);
    // The pool takes a connection back at the end of the turn.
    await new Promise(setImmediate);
    await post(`${url}/a?b=c`);
    expect(seen[0]).toEqual(['POST', '/a?b=c', 'b', 'text', expect.any(Number)]);
    expect(seen[1]).toEqual(seen[0]);
  });

  it('keeps 64 KiB of a body and says that it was cut', async () => {
    reply = (_request, response) => response.end('x'.repeat(1_000_000));
    const answer = await post();
    expect(answer).toMatchObject({ type: 'answer', status: 200, bodyState: 'cut' });
    expect(answer.type === 'answer' && answer.body.length).toBe(65_536);
  });

  it('keeps the status of an answer whose body never ends, or breaks off', async () => {
    reply = (_request, response) => response.writeHead(201, { 'content-length': 100 }).write('begin');
    expect(await post(url, 200)).toMatchObject({
      type: 'answer',
      status: 201,
      body: 'begin',
      bodyState: 'broken',
    });
    reply = (_request, response) => {
      response.writeHead(201, { 'content-length': 100 }).write('begin', () => response.destroy());
    };
    expect(await post()).toMatchObject({ type: 'answer', status: 201, bodyState: 'broken' });
  });

  it('takes an interim answer for none', async () => {
    reply = (_request, response) => {
      response.writeProcessing();
      response.writeHead(204).end();
    };
    expect(await post()).toMatchObject({ type: 'answer', status: 204 });
  });

  it('does not know the outcome once the request was written', async () => {
    reply = (request) => request.socket.resetAndDestroy();
    expect(await post()).toMatchObject({ type: 'failure', reached: 'unknown', cause: 'reset' });
    reply = () => undefined;
    expect(await post(url, 200)).toMatchObject({ type: 'failure', reached: 'unknown', cause: 'timeout' });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    reply = () => stop.abort();
    expect(await post(url, 5000, stop.signal)).toMatchObject({
      type: 'failure',
      reached: 'unknown',
      cause: 'aborted',
    });
    expect(await post(url, 5000, stop.signal)).toMatchObject({
      type: 'failure',
      reached: 'notSent',
      cause: 'aborted',
    });
    expect(requests).toBe(1);
  });

  it('knows when nothing can have been sent', async () => {
    expect(await post('http://127.0.0.1:9/')).toMatchObject({ reached: 'notSent', cause: 'refused' });
    expect(await post('http://no-such-host.invalid/')).toMatchObject({ reached: 'notSent', cause: 'dns' });
    expect(await post('not a url')).toMatchObject({ reached: 'notSent', cause: 'request' });
    const bad = { method: 'GET', url, headers: { 'x-bad': 'a\nb' } } as const;
    expect(await http.exchange(bad, { totalMs: 1000, signal: live })).toMatchObject({
      reached: 'notSent',
      cause: 'request',
    });
    expect(requests).toBe(0);
  });

  it('sends nothing after it gave up waiting for a connection', async () => {
    let tunnel = (): void => undefined;
    const slowProxy = createServer();
    slowProxy.on('connect', (_request, client: Socket) => {
      tunnel = () => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.pipe(socket).pipe(client);
      };
      // The second one may pass at once.
      if (tunnels > 0) tunnel();
      tunnels += 1;
    });
    let tunnels = 0;
    const seen: (string | undefined)[] = [];
    reply = (request, response) => {
      seen.push(request.url);
      response.end();
    };
    const proxied = openHttp({ proxy: { url: await listen(slowProxy), noProxy: [] } });
    const get = (path: string, totalMs: number): Promise<HttpAnswer | HttpFailure> =>
      proxied.exchange({ method: 'POST', url: url + path, headers: {} }, { totalMs, signal: live });
    expect(await get('/late', 300)).toMatchObject({ type: 'failure', reached: 'notSent', cause: 'timeout' });
    tunnel();
    expect(await get('/next', 5000)).toMatchObject({ type: 'answer', status: 200 });
    expect(await get('/last', 5000)).toMatchObject({ type: 'answer', status: 200 });
    expect(seen).toEqual(['/next', '/last']);
    await proxied.close();
    slowProxy.closeAllConnections();
    slowProxy.close();
  });

  it('says nothing of the path or the user in a failure: there may be secrets in both', async () => {
    for (const secretive of [
      'http://u5er:pa55@127.0.0.1:9/hook/t0ken?key=k3y',
      'http://u5er:pa55@[bad/t0ken',
    ]) {
      expect(JSON.stringify(await post(secretive))).not.toMatch(/u5er|pa55|t0ken|k3y/);
    }
  });

  it('answers a proxy that cannot be understood with a failure', async () => {
    const strange = openHttp({ proxy: { url: 'not a url s3cret', noProxy: [] } });
    const failure = await strange.exchange(
      { method: 'GET', url, headers: {} },
      { totalMs: 1000, signal: live },
    );
    expect(failure).toMatchObject({ type: 'failure', reached: 'notSent' });
    expect(JSON.stringify(failure)).not.toContain('s3cret');
    await strange.close();
  });
});
