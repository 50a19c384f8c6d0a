import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import type { Delivery } from '../../model/delivery.ts';
import { codeOf } from '../private-file.ts';
import { failureOf } from '../http-failure.ts';
import type { StreamLimits } from './stream.ts';

/** How long a machine nearby gets to say that nobody listens (ICMP). */
const refusalMs = 100;

/** Sends one datagram. That it was sent is all that can be known, unless its port is refused at once. */
export function sendDatagram(
  server: { readonly host: string; readonly port: number },
  datagram: Buffer,
  { timeoutMs, signal }: StreamLimits,
): Promise<Delivery> {
  return new Promise((resolve) => {
    let socket: Socket | undefined;
    let over = false;
    const timers: NodeJS.Timeout[] = [];
    const end = (delivery: Delivery): void => {
      if (over) return;
      over = true;
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket?.close();
      resolve(delivery);
    };
    const fail = (error: Error): void => end(afterError(error));
    const late = (detail: string): void => end({ type: 'retry', reason: 'timeout', detail });
    const stop = (): void => late('stopped');
    timers.push(setTimeout(() => late(`not sent within ${timeoutMs} ms`), timeoutMs));
    signal.addEventListener('abort', stop);
    if (signal.aborted) return stop();
    lookup(server.host, (error, address, family) => {
      if (over) return;
      if (error !== null) return fail(error);
      const opened = createSocket(family === 6 ? 'udp6' : 'udp4');
      socket = opened;
      opened.on('error', fail);
      // Only a connected socket hears of a refusal.
      opened.connect(server.port, address, () => {
        if (over) return;
        opened.send(datagram, (error) => {
          if (error !== null) return fail(error);
          const receipt = 'handed to the network';
          timers.push(setTimeout(() => end({ type: 'sent', receipt }), refusalMs));
        });
      });
    });
  });
}

function afterError(error: Error): Delivery {
  if (codeOf(error) === 'EMSGSIZE')
    return { type: 'failed', reason: 'tooLong', detail: 'too long for a datagram on this network' };
  return { type: 'retry', reason: 'unavailable', detail: failureOf(error, false).detail };
}
