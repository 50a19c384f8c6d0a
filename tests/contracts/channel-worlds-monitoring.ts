import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { ChannelWorld, WorldPlace } from './channel-worlds.ts';
import { channelSecret } from './channel-answers.ts';
import { listen, type Mood } from './mood.ts';

type OpenWorld = (mood: Mood, place: WorldPlace) => Promise<ChannelWorld | undefined>;

/** The other sides of what leads to monitoring and to buses of messages. */
export const monitoringWorlds: { readonly [kind: string]: OpenWorld } = {
  'nsca-ng': async (mood, { secretFile, timeout }) => {
    const world = await nscaNgWorld(mood);
    const where = { server: '127.0.0.1', port: world.port, identity: 'bird', 'password-file': secretFile };
    return { ...world, options: { ...where, host: 'web1', service: 'alerts', timeout } };
  },
};

interface NetWorld {
  readonly port: number;
  taken(): number;
  stop(): void;
}

/** A daemon that follows "The NSCA-ng Protocol, Version 1". */
async function nscaNgWorld(mood: Mood): Promise<NetWorld> {
  let taken = 0;
  const sockets = new Set<TLSSocket>();
  const server = createTlsServer(
    {
      pskCallback: () => Buffer.from(channelSecret),
      maxVersion: 'TLSv1.2',
      ciphers: 'PSK+AES:@SECLEVEL=0',
    },
    (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      let rest = '';
      let wanted = 0;
      socket.on('data', (data: Buffer) => {
        rest += data.toString('latin1');
        if (mood === 'silent') return;
        if (mood === 'rude') return void socket.destroy();
        if (mood === 'repeating') return void socket.write(`FAIL ${rest.trim()} ${channelSecret}\r\n`);
        for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
          const line = rest.slice(0, end);
          if (wanted > 0 && rest.length < wanted) return;
          rest = rest.slice(wanted > 0 ? wanted : end + 1);
          if (wanted > 0) {
            taken += Number(/^\[\d+\] PROCESS_SERVICE_CHECK_RESULT;web1;alerts;2;[^\n]+$/.test(line));
            wanted = 0;
            socket.write('OKAY\r\n');
          } else if (line.startsWith('MOIN')) socket.write('MOIN 1\r\n');
          else {
            wanted = Number(/^PUSH (\d+)/.exec(line)?.[1] ?? 0);
            socket.write('OKAY\r\n');
          }
        }
      });
    },
  );
  const port = await listen(server, mood);
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, taken: () => taken, stop };
}
