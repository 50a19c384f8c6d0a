import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { openHttp, type Http } from '../channels/http.ts';
import type { Config } from '../config/config.ts';

/** Tells others regularly that this program works, so that they can tell when it does not. */
export interface Heartbeat {
  /** Beats at once and then as this configuration says, in the place of what was before. */
  follow(config: Pick<Config, 'heartbeat' | 'http'>): void;
  /** Beats no more; what is under way is cut off. */
  stop(): void;
}

export interface HeartbeatPorts {
  /** False: there is no beat, for whoever waits for it shall notice. */
  readonly isWell: () => boolean;
  /** A beat did not arrive that arrived before. `place` is a path, or a host without what may be secret. */
  readonly failed: (place: string, detail: string) => void;
  readonly works: (place: string) => void;
  /** A beat failed although it never should. */
  readonly broke: (place: string, error: unknown) => void;
}

const timeoutMs = 10_000;

type Beaten = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** A heart that does not beat yet. */
export function createHeartbeat(ports: HeartbeatPorts): Heartbeat {
  const failing = new Set<string>();
  let end = (): void => undefined;

  const beatAt = async (place: string, http: Http, signal: AbortSignal): Promise<void> => {
    const beaten = await (place.startsWith('/') ? touch(place) : get(place, http, signal));
    if (signal.aborted) return;
    const name = nameOf(place);
    if (!beaten.ok && !failing.has(place)) {
      failing.add(place);
      ports.failed(name, beaten.detail);
    } else if (beaten.ok && failing.delete(place)) ports.works(name);
  };

  return {
    follow({ heartbeat, http: settings }) {
      end();
      failing.clear();
      if (heartbeat === undefined) return;
      const abort = new AbortController();
      const http = openHttp(settings);
      const underWay = new Set<string>();
      const beat = (): void => {
        if (!ports.isWell()) return;
        for (const place of heartbeat.to.filter((each) => !underWay.has(each))) {
          underWay.add(place);
          void beatAt(place, http, abort.signal)
            .catch((error) => ports.broke(nameOf(place), error))
            .finally(() => underWay.delete(place));
        }
      };
      const timer = setInterval(beat, heartbeat.every);
      end = () => {
        clearInterval(timer);
        abort.abort();
        void http.close();
        end = () => undefined;
      };
      beat();
    },
    stop: () => end(),
  };
}

async function get(url: string, http: Http, signal: AbortSignal): Promise<Beaten> {
  const answer = await http.exchange({ method: 'GET', url, headers: {} }, { totalMs: timeoutMs, signal });
  if (answer.type === 'failure') return { ok: false, detail: answer.detail };
  const { status } = answer;
  return status >= 200 && status < 300 ? { ok: true } : { ok: false, detail: `HTTP ${status}` };
}

/** Written over in place: the text has always the same length, so that nobody reads half of one. */
async function touch(path: string): Promise<Beaten> {
  const { O_WRONLY, O_CREAT, O_NONBLOCK } = constants;
  try {
    const file = await open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o644);
    try {
      await file.writeFile(`${new Date().toISOString()}\n`);
    } finally {
      await file.close();
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The path of such a URL often is all that protects it. */
const nameOf = (place: string): string => (place.startsWith('/') ? place : new URL(place).host);
