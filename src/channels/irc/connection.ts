import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { lineStream } from '../line-stream.ts';
import { connectTo, type ServerAddress } from '../server-address.ts';
import { type IrcLine, parseLine } from './line.ts';

/** A connection to a server, from its first byte to its end. PINGs are answered whatever else happens. */
export interface IrcConnection {
  isAlive(): boolean;
  /** One line out. */
  say(line: string): void;
  /** The next line in, but for PINGs; rejects when the connection is over. */
  hear(): Promise<IrcLine>;
  /** What nobody waits for is thrown away until `hear` is called again. */
  rest(): void;
  destroy(): void;
}

/** A line of IRCv3 has at most 8191 bytes of tags and 512 of message (IRCv3, Message Tags). */
const longestLine = 8191 + 512;

/** Begins a connection; settles when it stands, with TLS where the address says so. */
export async function openConnection(
  address: ServerAddress,
  context: SecureContext | undefined,
  whenBegun: (socket: Socket) => void,
): Promise<IrcConnection> {
  const socket = connectTo(address, context);
  whenBegun(socket);
  await once(socket, address.encrypted ? 'secureConnect' : 'connect');
  return conversation(socket);
}

function conversation(socket: Socket): IrcConnection {
  const lines = lineStream(socket, longestLine);
  const heard: IrcLine[] = [];
  let waiting: { resolve(line: IrcLine): void; reject(error: unknown): void } | undefined;
  let isResting = false;
  let end: { readonly error: unknown } | undefined;
  const take = (line: IrcLine): void => {
    if (line.command === 'PING') return lines.say(`PONG :${line.words.at(-1) ?? ''}`);
    if (waiting !== undefined) waiting.resolve(line);
    else if (!isResting) heard.push(line);
    waiting = undefined;
  };
  const listen = async (): Promise<void> => {
    for (;;) take(parseLine(await lines.next()));
  };
  listen().catch((error: unknown) => {
    end = { error };
    waiting?.reject(error);
  });
  return {
    isAlive: () => end === undefined && !socket.destroyed,
    say: (line) => lines.say(line),
    hear: () => {
      isResting = false;
      const line = heard.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (end !== undefined) return Promise.reject(end.error);
      return new Promise((resolve, reject) => (waiting = { resolve, reject }));
    },
    rest: () => {
      isResting = true;
      heard.length = 0;
    },
    destroy: () => void socket.destroy(),
  };
}
