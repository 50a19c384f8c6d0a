import type { Family } from './exposition.ts';
import { openMetrics, plainMetrics } from './exposition.ts';

/** What is asked for, as far as it matters. */
export interface Asked {
  readonly method: string;
  /** The request target as it came: a path, perhaps with a query. */
  readonly url: string;
  readonly accept: string;
  /** The Host header; absent: there was none. */
  readonly host?: string;
}

export interface Page {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** What pages are made of. */
export interface PagePorts {
  readonly families: () => Promise<readonly Family[]>;
  /** Why the way from line to message does not work; undefined: it does. */
  readonly ailing: () => string | undefined;
  /** Why it is not all there yet, or not any more; undefined: it is. */
  readonly unready: () => string | undefined;
  /** Only this machine can connect: then a web page that calls itself by another name must not. */
  readonly isLocal: boolean;
}

/** Answers one request. Nothing but these three paths is known, so there is no file to be reached. */
export async function pageFor(asked: Asked, ports: PagePorts): Promise<Page> {
  if (asked.method !== 'GET' && asked.method !== 'HEAD') {
    return { ...text(405, 'only GET and HEAD are answered'), headers: { ...plainType, allow: 'GET, HEAD' } };
  }
  if (ports.isLocal && !isOwnName(asked.host)) {
    return text(421, 'ask by an address or as localhost');
  }
  switch (asked.url.split('?', 1)[0]) {
    case '/metrics':
      return figures(asked.accept, await ports.families());
    case '/-/healthy':
      return health(ports.ailing());
    case '/-/ready':
      return health(ports.ailing() ?? ports.unready());
    default:
      return text(404, 'there are /metrics, /-/healthy and /-/ready');
  }
}

/** OpenMetrics for those who ask for it, the older text for all others. */
function figures(accept: string, families: readonly Family[]): Page {
  return accept.includes('application/openmetrics-text')
    ? {
        status: 200,
        headers: { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' },
        body: openMetrics(families),
      }
    : {
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: plainMetrics(families),
      };
}

const health = (wrong: string | undefined): Page =>
  wrong === undefined ? text(200, 'ok') : text(503, wrong);

const plainType = { 'content-type': 'text/plain; charset=utf-8' };

const text = (status: number, body: string): Page => ({ status, headers: plainType, body: `${body}\n` });

/**
 * A name that a stranger's web server has can be made to lead here (DNS rebinding), so that a browser hands
 * our pages to his scripts; an address cannot.
 */
const isOwnName = (host = ''): boolean => /^(?:localhost|[\d.]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host);
