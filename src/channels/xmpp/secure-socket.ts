import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';

/** Where a domain's server listens, and how TLS begins there. `none`: never, for this machine only. */
export interface XmppServer {
  readonly domain: string;
  readonly host: string;
  readonly port: number;
  readonly security: 'implicit' | 'starttls' | 'none';
}

/**
 * Connects, and gives the connection when it is encrypted. The certificate must be that of the domain, not
 * of the machine (RFC 6120, section 13.7.2). Rejects when any of it fails, also when the server offers no TLS.
 */
export async function secureSocket(
  { domain, host, port, security }: XmppServer,
  context: SecureContext | undefined,
  whenBegun: (socket: Socket) => void,
): Promise<Socket> {
  const trust = context === undefined ? {} : { secureContext: context };
  if (security === 'implicit') {
    const socket = connectTls({ host, port, servername: domain, ALPNProtocols: ['xmpp-client'], ...trust });
    whenBegun(socket);
    await once(socket, 'secureConnect');
    return socket;
  }
  const socket = connect({ host, port });
  whenBegun(socket);
  await once(socket, 'connect');
  if (security === 'none') return socket;
  await startTls(socket, domain);
  const secure = connectTls({ socket, servername: domain, ...trust });
  whenBegun(secure);
  await once(secure, 'secureConnect');
  return secure;
}

const longestPrelude = 64 * 1024;

/** Asks for TLS (RFC 6120, section 5.4.2). Nothing that was said in the open counts afterwards. */
async function startTls(socket: Socket, domain: string): Promise<void> {
  const names = `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'`;
  socket.write(`<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' ${names}>`);
  const features = await readUntil(socket, /<\/stream:features>|<stream:features\s*\/>|<\/stream:stream>/);
  if (!/<starttls[\s/>]/.test(features)) throw noTls('the server offers no TLS');
  socket.write(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
  const answer = await readUntil(socket, /<proceed[^>]*>|<failure[^>]*>/);
  if (!answer.includes('<proceed')) throw noTls('the server does not begin TLS');
}

const noTls = (words: string): Error => Object.assign(new Error(words), { code: 'ERR_TLS_NOT_OFFERED' });

async function readUntil(socket: Socket, end: RegExp): Promise<string> {
  let text = '';
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  while (!end.test(text)) {
    if (text.length > longestPrelude) throw noTls('what answers there does not speak XMPP');
    const [chunk] = (await once(socket, 'data', { signal: closed.signal })) as [Buffer];
    text += chunk.toString('latin1');
  }
  return text;
}
