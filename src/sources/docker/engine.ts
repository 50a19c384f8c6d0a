import { request, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** A container as the engine lists it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly isRunning: boolean;
}

/** Asks an engine by its socket (Docker Engine API, https://docs.docker.com/reference/api/engine/). Rejects. */
export interface Engine {
  /** "List containers", those that have ended among them. */
  containers(signal: AbortSignal): Promise<readonly Container[]>;
  /** "Inspect a container": whether it has a terminal. */
  hasTerminal(id: string, signal: AbortSignal): Promise<boolean>;
  /** "Get container logs", with stamps; `since`: seconds since 1970 with nine decimals. */
  logs(
    id: string,
    how: { readonly follow: boolean; readonly since?: string },
    signal: AbortSignal,
  ): Promise<IncomingMessage>;
}

const listed = z.array(
  z.object({
    Id: z.string().regex(/^[0-9a-f]{12,64}$/),
    Names: z.array(z.string()).nullish(),
    Image: z.string().nullish(),
    State: z.string().nullish(),
  }),
);
const inspected = z.object({ Config: z.object({ Tty: z.boolean().nullish() }).nullish() });

const largestAnswer = 32 * 1024 * 1024;
const patienceMs = 30_000;

export function createEngine(socketPath: string): Engine {
  const get = (path: string, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = request(
        { socketPath, path, agent: false, headers: { Host: 'docker' }, signal },
        (answer) => {
          asked.setTimeout(0);
          if (answer.statusCode === 200) return resolve(answer);
          answer.destroy();
          reject(
            new Error(`the engine answered ${String(answer.statusCode)} to ${path.split('?')[0] ?? ''}`),
          );
        },
      );
      asked.setTimeout(patienceMs, () => asked.destroy(new Error('the engine does not answer')));
      asked.on('error', reject);
      asked.end();
    });

  const json = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of await get(path, signal)) {
      parts.push(part as Buffer);
      length += (part as Buffer).length;
      if (length > largestAnswer) throw new Error('the answer of the engine is too long');
    }
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  };

  return {
    async containers(signal) {
      const all = listed.parse(await json('/containers/json?all=1', signal));
      return all.map(({ Id, Names, Image, State }) => ({
        id: Id,
        name: (Names?.[0] ?? Id.slice(0, 12)).replace(/^\//, ''),
        image: Image ?? '',
        isRunning: State === 'running',
      }));
    },
    async hasTerminal(id, signal) {
      return inspected.parse(await json(`/containers/${id}/json`, signal)).Config?.Tty === true;
    },
    logs(id, { follow, since }, signal) {
      const query = new URLSearchParams({
        stdout: '1',
        stderr: '1',
        timestamps: '1',
        follow: follow ? '1' : '0',
        tail: 'all',
        ...(since === undefined ? {} : { since }),
      });
      return get(`/containers/${id}/logs?${query.toString()}`, signal);
    },
  };
}
