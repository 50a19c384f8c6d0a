import type { Config } from '../../config/config.ts';
import { isLoopback, type MetricsPlace } from '../../config/metrics.ts';
import type { Log } from '../log.ts';
import type { Metrics } from './contract.ts';

/** Gives figures out where the configuration wants it. */
export interface Endpoint {
  /** Listens where this configuration says, in the place of what was before; what is unchanged goes on. */
  follow(config: Pick<Config, 'metrics'>): void;
  /** Listens no more. */
  stop(): Promise<void>;
}

export interface EndpointPorts {
  readonly metrics: () => Promise<Metrics>;
  readonly ailing: () => string | undefined;
  readonly unready: () => string | undefined;
  readonly log: Log;
}

/** An address that could not be listened at is tried again after this long. */
const retryMs = 10_000;

/** One that listens nowhere yet. */
export function createEndpoint(ports: EndpointPorts): Endpoint {
  let wanted: string | undefined;
  let close = async (): Promise<void> => undefined;
  /** Changes of place, one after the other. */
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => (last = last.then(work));

  const begin = async (place: MetricsPlace): Promise<() => Promise<void>> => {
    // Only who gives figures out needs a server.
    const [{ listenForPages }, { pageFor }, { familiesOf }] = await Promise.all([
      import('./http.ts'),
      import('./pages.ts'),
      import('./families.ts'),
    ]);
    const pagePorts = {
      families: async () => familiesOf(await ports.metrics()),
      ailing: ports.ailing,
      unready: ports.unready,
      isLocal: place.type === 'tcp' && isLoopback(place),
    };
    let retry: NodeJS.Timeout | undefined;
    let isFirst = true;
    let isOver = false;
    let end = async (): Promise<void> => undefined;
    const attempt = async (): Promise<void> => {
      if (isOver) return;
      const listening = await listenForPages(place, (asked) =>
        pageFor(asked, pagePorts).catch((error: unknown) => {
          ports.log.error('figures could not be given out, by a bug', { text: String(error) });
          return { status: 500, headers: {}, body: 'this failed; the log tells more\n' };
        }),
      );
      if (listening.ok) {
        ports.log.info('figures are given out', { address: listening.address });
        end = listening.close;
        return;
      }
      if (isFirst) ports.log.error('figures cannot be given out', { text: listening.detail });
      isFirst = false;
      retry = setTimeout(() => void inTurn(attempt), retryMs);
      retry.unref();
    };
    await attempt();
    return () => {
      isOver = true;
      clearTimeout(retry);
      return end();
    };
  };

  const move = (place: MetricsPlace | undefined): void => {
    const name = place === undefined ? undefined : JSON.stringify(place);
    if (name === wanted) return;
    wanted = name;
    void inTurn(async () => {
      await close();
      close = async () => undefined;
      if (place !== undefined && name === wanted) close = await begin(place);
    });
  };

  return {
    follow: ({ metrics }) => move(metrics),
    async stop() {
      move(undefined);
      await last;
    },
  };
}
