/** Why an exchange gave no answer. `request`: it was not a request that can be made. */
type HttpFailureCause =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'proxy'
  | 'tls'
  | 'timeout'
  | 'aborted'
  | 'reset'
  | 'request';

/**
 * No answer. `notSent`: not a byte of the request can have reached the server; `unknown`: some may
 * have, so that it may have been carried out. `detail` holds neither paths nor credentials.
 */
export interface HttpFailure {
  readonly type: 'failure';
  readonly reached: 'notSent' | 'unknown';
  readonly cause: HttpFailureCause;
  readonly detail: string;
}

/** Names what an error of the HTTP client means. `started`: the request had begun to be written. */
export function failureOf(error: unknown, started: boolean): HttpFailure {
  const refused = proxyRefusal(error);
  if (refused !== undefined) return { type: 'failure', reached: 'notSent', cause: 'proxy', detail: refused };
  const code = innermostCode(error);
  const cause = started ? 'reset' : causeBefore(code);
  const reached = started ? 'unknown' : 'notSent';
  return { type: 'failure', reached, cause, detail: `${words[cause]} (${code}${place(error)})` };
}

const words: Readonly<Record<HttpFailureCause, string>> = {
  dns: 'the name could not be looked up',
  refused: 'connection refused',
  unreachable: 'no connection',
  proxy: 'the proxy refused',
  tls: 'the certificate or the TLS handshake was not accepted',
  timeout: 'no connection in time',
  aborted: 'stopped',
  reset: 'the connection broke before the answer was complete',
  request: 'not a valid request',
};

// undici puts the status of a refused CONNECT only into the message.
const connectStatus = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/;

function proxyRefusal(error: unknown): string | undefined {
  const found = error instanceof Error ? connectStatus.exec(error.message) : null;
  const status = found?.[1] ?? found?.[2];
  if (status === undefined) return undefined;
  return status === '407' || status === '401'
    ? `the proxy wants a user and a password, or does not accept these (${status})`
    : `the proxy refused the connection (${status})`;
}

function causeBefore(code: string): HttpFailureCause {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_URL') return 'request';
  if (code === 'UND_ERR_PRX_TLS' || isTls(code)) return 'tls';
  return 'unreachable';
}

const isTls = (code: string): boolean =>
  code.startsWith('ERR_TLS') ||
  code.startsWith('ERR_SSL') ||
  code === 'EPROTO' ||
  /CERT|SIGNATURE|ISSUER/.test(code);

function innermostCode(error: unknown): string {
  const inner = error instanceof Error && error.cause !== undefined ? innermostCode(error.cause) : '';
  if (inner !== '' && inner !== 'no code') return inner;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no code';
}

function place(error: unknown): string {
  if (!(error instanceof Error) || !('address' in error) || typeof error.address !== 'string') return '';
  return ` at ${error.address}${'port' in error && typeof error.port === 'number' ? `:${error.port}` : ''}`;
}
