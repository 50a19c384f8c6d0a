import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** How long nothing must have come (ms). */
const quietMs = 200;

/** Ends a pipe that would not end by itself, once somebody has read all that is in it. */
export function letGo(pipe: Readable, before = -1): void {
  setTimeout(() => {
    if (pipe.destroyed || !(pipe instanceof Socket)) return;
    const isRead = pipe.listenerCount('readable') > 0 && pipe.readableLength === 0;
    if (isRead && pipe.bytesRead === before) pipe.destroy();
    else letGo(pipe, pipe.bytesRead);
  }, quietMs).unref();
}
