import type { Dispatcher } from 'undici';
import type { HttpSettings } from './contract.ts';
import { openDispatcher } from './http-dispatcher.ts';
import { failureOf, type HttpFailure } from './http-failure.ts';

/** One request; `headers` by lower-case name. */
interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

/** The server spoke. Redirects are answers like any other. */
export interface HttpAnswer {
  readonly type: 'answer';
  readonly status: number;
  /** By lower-case name; several of one name joined by a comma and a blank. */
  readonly headers: { readonly [name: string]: string };
  /** The first 64 KiB. */
  readonly body: string;
  /** `cut`: longer than the limit; `broken`: the connection or the time ended within it. */
  readonly bodyState: 'whole' | 'cut' | 'broken';
}

/** The limits of one exchange: `totalMs` from the call to the end of the answer. */
export interface ExchangeLimits {
  readonly totalMs: number;
  readonly signal: AbortSignal;
}

/** Exchanges over one pool of connections. */
export interface Http {
  /** Never rejects, and answers within `totalMs` or as soon as `signal` is aborted. */
  exchange(request: HttpRequest, limits: ExchangeLimits): Promise<HttpAnswer | HttpFailure>;
  /** Ends every connection; exchanges under way fail. */
  close(): Promise<void>;
}

const maxBody = 64 * 1024;

/** Nothing is loaded or connected before the first exchange. */
export function openHttp(settings: HttpSettings): Http {
  let dispatcher: Promise<Dispatcher> | undefined;
  return {
    async exchange(request, limits) {
      dispatcher ??= openDispatcher(settings);
      try {
        return await exchangeOver(await dispatcher, request, limits);
      } catch (error) {
        return failureOf(error, false);
      }
    },
    async close() {
      const opened = await dispatcher?.catch(() => undefined);
      await opened?.destroy();
    },
  };
}

/** What is known of an exchange so far. */
interface Progress {
  /** The request has begun to be written. */
  started: boolean;
  over: boolean;
  head?: { readonly status: number; readonly headers: HttpAnswer['headers'] };
  readonly body: Buffer[];
  received: number;
  abort?: (reason: Error) => void;
}

function exchangeOver(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limits: ExchangeLimits,
): Promise<HttpAnswer | HttpFailure> {
  const progress: Progress = { started: false, over: false, body: [], received: 0 };
  return new Promise((resolve) => {
    const settle = (outcome: HttpAnswer | HttpFailure): void => {
      if (progress.over) return;
      progress.over = true;
      clearTimeout(timer);
      limits.signal.removeEventListener('abort', stop);
      progress.abort?.(new Error('exchange over'));
      resolve(outcome);
    };
    const late = (): void => settle(endedEarly(progress, 'timeout', `no answer within ${limits.totalMs} ms`));
    const stop = (): void => settle(endedEarly(progress, 'aborted', 'stopped'));
    const timer = setTimeout(late, limits.totalMs);
    limits.signal.addEventListener('abort', stop);
    if (limits.signal.aborted) stop();
    else send(dispatcher, request, limits.totalMs, observe(progress, settle));
  });
}

function send(
  dispatcher: Dispatcher,
  request: HttpRequest,
  totalMs: number,
  handler: Dispatcher.DispatchHandler,
): void {
  const url = new URL(request.url);
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      headersTimeout: totalMs,
      bodyTimeout: totalMs,
    },
    handler,
  );
}

function observe(
  progress: Progress,
  settle: (outcome: HttpAnswer | HttpFailure) => void,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      // A request that had to wait for its connection may be over before it begins: it must not be sent then.
      if (progress.over) return controller.abort(new Error('exchange over'));
      progress.started = true;
      progress.abort = (reason) => controller.abort(reason);
    },
    onResponseStart(_controller, status, headers) {
      if (status >= 200) progress.head = { status, headers: flatten(headers) };
    },
    onResponseData(_controller, chunk) {
      progress.body.push(chunk.subarray(0, maxBody - progress.received));
      progress.received += chunk.length;
      if (progress.received > maxBody && progress.head) settle(answerOf(progress, progress.head, 'cut'));
    },
    onResponseEnd() {
      if (progress.head) settle(answerOf(progress, progress.head, 'whole'));
    },
    onResponseError(_controller, error) {
      const failure = failureOf(error, progress.started);
      settle(progress.head ? answerOf(progress, progress.head, 'broken') : failure);
    },
  };
}

/** Once the status line is here the server has decided, even if the rest never comes. */
function endedEarly(
  progress: Progress,
  cause: 'timeout' | 'aborted',
  detail: string,
): HttpAnswer | HttpFailure {
  if (progress.head) return answerOf(progress, progress.head, 'broken');
  return { type: 'failure', reached: progress.started ? 'unknown' : 'notSent', cause, detail };
}

function answerOf(
  progress: Progress,
  head: NonNullable<Progress['head']>,
  bodyState: HttpAnswer['bodyState'],
): HttpAnswer {
  return { type: 'answer', ...head, body: Buffer.concat(progress.body).toString('utf8'), bodyState };
}

function flatten(headers: { readonly [name: string]: string | string[] | undefined }): HttpAnswer['headers'] {
  const flat: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
