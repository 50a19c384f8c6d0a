import { request } from 'node:http';
import { eventually } from '../peers/eventually.ts';
import type { Running } from './program.ts';

/** What came back for one request. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

/** How a request is made; the path goes out as it stands. */
export interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  /** Instead of the address. */
  readonly socketPath?: string;
}

/** Asks a server; `address` is that of its `/metrics`. */
export function ask(address: string, asked: Request = {}): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const { method = 'GET', path = '/metrics', headers = {}, socketPath } = asked;
  const place = socketPath === undefined ? { host: hostname.replaceAll(/[[\]]/g, ''), port } : { socketPath };
  return new Promise((resolve, reject) => {
    const sent = request({ ...place, method, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject).end();
  });
}

export const openMetricsType = 'application/openmetrics-text; version=1.0.0';

/** The figures as OpenMetrics, by series as they are written: `name{label="value"}`. */
export async function figures(address: string): Promise<ReadonlyMap<string, number>> {
  const { body } = await ask(address, { headers: { accept: openMetricsType } });
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Where a daemon says that it gives figures out, after `already` characters of its log. */
export async function addressOf(daemon: Running, already = 0): Promise<string> {
  const found = (): string | undefined =>
    /"address":"([^"]+)"/.exec(daemon.output().stderr.slice(already))?.[1];
  await eventually(() => found() !== undefined, 'figures to be given out', 60_000);
  return found() ?? '';
}
