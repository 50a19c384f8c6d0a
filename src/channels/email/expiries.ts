import { connect, type Socket } from 'node:net';
import type { Expiry } from '../../model/delivery.ts';
import { serverCertificate } from '../certificate.ts';
import type { MailServer } from './server.ts';

/** How long a mail server may take until TLS can begin. */
const patienceMs = 10_000;
const longestReply = 64 * 1024;

/** What ends of a mail server: its certificate, shown at once or after STARTTLS. */
export async function mailExpiries(server: MailServer, signal: AbortSignal): Promise<readonly Expiry[]> {
  const { host, port, security } = server;
  if (security === 'none') return [];
  if (security === 'implicit') return serverCertificate({ host, port }, signal);
  const over = await beginTls(server, signal);
  return over === undefined ? [] : serverCertificate({ host, port, over }, signal);
}

/** Greets and asks for STARTTLS (RFC 3207); undefined where that is not granted. */
function beginTls({ host, port }: MailServer, signal: AbortSignal): Promise<Socket | undefined> {
  const words = ['EHLO localhost\r\n', 'STARTTLS\r\n'];
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let said = '';
    const end = (ready: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      if (!ready) socket.destroy();
      resolve(ready ? socket : undefined);
    };
    const stop = (): void => end(false);
    const timer = setTimeout(stop, patienceMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) return stop();
    for (const name of ['error', 'close', 'end']) socket.on(name, stop);
    socket.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      // The last line of a reply has a blank behind its code (RFC 5321, section 4.2).
      const reply = /^(\d{3})(?: .*)?\r?\n$/m.exec(said);
      if (said.length > longestReply) return stop();
      if (reply === null) return;
      said = '';
      const next = words.shift();
      if (!reply[1]?.startsWith('2')) stop();
      else if (next === undefined) end(true);
      else socket.write(next);
    });
  });
}
