import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
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
  mqtt: async (mood, { secretFile, timeout }) => {
    const world = await talkWorld(mood, () => brokerTalk);
    const login = { user: 'alice', 'password-file': secretFile };
    return { ...world, options: { server: `mqtt://127.0.0.1:${world.port}`, timeout, ...login } };
  },
  nats: async (mood, { secretFile, timeout }) => {
    const world = await talkWorld(mood, () => natsTalk);
    const login = { user: 'alice', 'password-file': secretFile };
    return { ...world, options: { server: `nats://127.0.0.1:${world.port}`, timeout, ...login } };
  },
  'snmp-trap': async (mood, { secretFile, timeout }) => {
    const world = await trapWorld(mood);
    const where = { server: '127.0.0.1', port: world.port, version: '2c', 'community-file': secretFile };
    return { ...world, options: { ...where, timeout } };
  },
  irc: async (mood, { secretFile, timeout }) => {
    const world = await talkWorld(mood, () => ircTalk);
    const where = { server: `irc://127.0.0.1:${world.port}`, to: '#alerts' };
    return { ...world, options: { ...where, 'server-password-file': secretFile, timeout } };
  },
  xmpp: async (mood, { secretFile, timeout }) => {
    const world = await talkWorld(mood, xmppTalk);
    const where = { server: `xmpp://127.0.0.1:${world.port}`, starttls: 'never', to: 'ops@localhost' };
    return { ...world, options: { ...where, jid: 'alice@localhost', 'password-file': secretFile, timeout } };
  },
  nrdp: async (mood, { secretFile, timeout }) => {
    const ok = '{"result":{"status":0,"message":"OK","meta":{"output":"1 checks processed."}}}';
    const http = await serviceWorld(mood, ok);
    const where = { url: http.url, 'token-file': secretFile, host: 'web1', service: 'alerts', timeout };
    return { ...http, options: where };
  },
  icinga2: async (mood, { secretFile, timeout }) => {
    const http = await serviceWorld(mood, '{"results":[{"code":200,"status":"Successfully processed"}]}');
    const login = { user: 'alice', 'password-file': secretFile };
    return { ...http, options: { url: http.url, ...login, host: 'web1', service: 'alerts', timeout } };
  },
  alertmanager: async (mood, { secretFile, timeout }) => {
    const http = await serviceWorld(mood, '');
    return { ...http, options: { url: http.url, user: 'alice', 'password-file': secretFile, timeout } };
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

/** What a server says when somebody comes, and to all it read so far; `rest` is what it did not use yet. */
interface Talk {
  readonly greeting?: string;
  /** How it refuses, with all it was told in the reason. */
  readonly refusal: (heard: Buffer) => Buffer | string;
  readonly answer: (heard: Buffer) => Answered;
}

interface Answered {
  readonly say: Buffer | string;
  readonly rest: Buffer;
  readonly taken: number;
}

/** A server on loopback that speaks in the open. */
async function talkWorld(mood: Mood, begin: () => Talk): Promise<NetWorld> {
  let taken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const talk = begin();
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (talk.greeting !== undefined && mood !== 'silent') socket.write(talk.greeting);
    let heard = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      heard = Buffer.concat([heard, data]);
      if (mood === 'silent') return;
      if (mood === 'rude') return void socket.resetAndDestroy();
      if (mood === 'repeating') return void socket.write(talk.refusal(heard));
      const answered = talk.answer(heard);
      heard = Buffer.from(answered.rest);
      taken += answered.taken;
      socket.write(answered.say);
    });
  });
  const port = await listen(server, mood);
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, taken: () => taken, stop };
}

/** A broker of MQTT 5.0: CONNECT and PUBLISH with QoS 1 (sections 3.1 to 3.4). */
const brokerTalk: Talk = {
  refusal: (heard) => {
    const words = Buffer.from(heard.toString('latin1').slice(0, 50) + channelSecret);
    const reason = Buffer.concat([Buffer.from([0x1f, 0, words.length]), words]);
    const body = Buffer.concat([Buffer.from([0, 0x87, reason.length]), reason]);
    return Buffer.concat([Buffer.from([0x20, body.length]), body]);
  },
  answer: (heard) => {
    const say: Buffer[] = [];
    let taken = 0;
    let rest = heard;
    for (let packet = packetOf(rest); packet !== undefined; packet = packetOf(rest)) {
      const { type, body, end } = packet;
      if (type === 0x10) say.push(Buffer.from([0x20, 3, 0, 0, 0]));
      if (type === 0x32) {
        const at = 2 + body.readUInt16BE(0);
        say.push(Buffer.from([0x40, 2, body[at] ?? 0, body[at + 1] ?? 0]));
        taken += 1;
      }
      rest = rest.subarray(end);
    }
    return { say: Buffer.concat(say), rest, taken };
  },
};

function packetOf(heard: Buffer): { type: number; body: Buffer; end: number } | undefined {
  let length = 0;
  let at = 1;
  for (; ; at += 1) {
    const byte = heard[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) break;
  }
  const end = at + 1 + length;
  return end > heard.length ? undefined : { type: heard[0] ?? 0, body: heard.subarray(at + 1, end), end };
}

/** A server of NATS: INFO, CONNECT, PING and PUB or HPUB (NATS Protocols, Client Protocol). */
const natsTalk: Talk = {
  greeting: 'INFO {"server_id":"x","version":"2.9.0","proto":1,"headers":true,"max_payload":10000000}\r\n',
  refusal: (heard) =>
    `-ERR 'Authorization Violation ${heard.toString('latin1').replace(/[\r\n']/g, ' ')} ${channelSecret}'\r\n`,
  answer: (heard) => {
    let say = '';
    let taken = 0;
    let rest = heard;
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.toString('latin1', 0, end);
      const size = /^H?PUB \S+ (?:\S+ )*(\d+)$/.exec(line)?.[1];
      const after = end + 2 + (size === undefined ? 0 : Number(size) + 2);
      if (after > rest.length) break;
      if (line === 'PING') say += 'PONG\r\n';
      taken += Number(size !== undefined);
      rest = rest.subarray(after);
    }
    return { say, rest, taken };
  },
};

/** Who takes informs of version 2c: a response is the request with another tag (RFC 3416, sections 3 and 4.2.7). */
async function trapWorld(mood: Mood): Promise<NetWorld> {
  let taken = 0;
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const pdu = bytes.indexOf(0xa6);
    const answer = Buffer.from(bytes);
    answer[pdu] = 0xa2;
    if (mood === 'silent') return;
    if (mood === 'rude') return socket.send('x', from.port, from.address);
    // After tag and length come the number of the request, then the error status.
    const number = pdu + 2 + ((bytes[pdu + 1] ?? 0) > 0x80 ? (bytes[pdu + 1] ?? 0) - 0x80 : 0);
    if (mood === 'repeating') answer[number + 2 + (bytes[number + 1] ?? 0) + 2] = 5;
    taken += Number(mood === 'good');
    socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const stop = (): void => void socket.close();
  if (mood !== 'absent') return { port, taken: () => taken, stop };
  stop();
  return { port, taken: () => 0, stop: () => undefined };
}

/** A server of IRC that lets everybody in (RFC 2812). */
const ircTalk: Talk = {
  refusal: (heard) => `ERROR :${heard.toString('latin1').replace(/\r\n/g, ' ')} ${channelSecret}\r\n`,
  answer: (heard) => {
    const text = heard.toString('latin1');
    const lines = text.split('\r\n').slice(0, -1);
    const say = lines.map((line) => {
      const [command, word = ''] = line.split(' ');
      if (command === 'USER') return `:s 001 ${word} :hello\r\n:s 376 ${word} :end\r\n`;
      if (command === 'JOIN') return `:s 366 x ${word} :end\r\n`;
      return command === 'PING' ? `:s PONG s ${word}\r\n` : '';
    });
    const taken = lines.filter((line) => line.startsWith('PRIVMSG #alerts :')).length;
    const used = lines.reduce((bytes, line) => bytes + line.length + 2, 0);
    return { say: say.join(''), rest: heard.subarray(used), taken };
  },
};

/** A server of XMPP in the open: SASL PLAIN, binding, PING, and messages to one person (RFC 6120, RFC 6121). */
function xmppTalk(): Talk {
  const names = `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'`;
  const header = `<?xml version='1.0'?><stream:stream from='localhost' id='x' version='1.0' ${names}>`;
  const sasl = `xmlns='urn:ietf:params:xml:ns:xmpp-sasl'`;
  const bind = `xmlns='urn:ietf:params:xml:ns:xmpp-bind'`;
  const unit =
    /<stream:stream[^>]*>|<auth[^>]*>[^<]*<\/auth>|<iq[^]*?<\/iq>|<message[^]*?<\/message>|<\/stream:stream>/g;
  let isIn = false;
  const answerTo = (text: string): string => {
    const id = /id="([^"]*)"/.exec(text)?.[1] ?? '';
    if (text.startsWith('<auth')) {
      isIn = true;
      return `<success ${sasl}/>`;
    }
    if (text.startsWith('<stream')) {
      const login = `<mechanisms ${sasl}><mechanism>PLAIN</mechanism></mechanisms>`;
      return `${header}<stream:features>${isIn ? `<bind ${bind}/>` : login}</stream:features>`;
    }
    if (text.startsWith('<iq')) {
      const bound = text.includes('<bind') ? `<bind ${bind}><jid>alice@localhost/x</jid></bind>` : '';
      return `<iq type='result' id='${id}'>${bound}</iq>`;
    }
    return text.startsWith('</') ? '</stream:stream>' : '';
  };
  return {
    refusal: (heard) => {
      const words = heard.toString('latin1').replace(/[<>&]/g, ' ');
      return `${header}<stream:error><text>${words}${channelSecret}</text></stream:error></stream:stream>`;
    },
    answer: (heard) => {
      const text = heard.toString('latin1');
      const units = [...text.matchAll(unit)];
      const last = units.at(-1);
      const used = last === undefined ? 0 : last.index + last[0].length;
      const taken = units.filter(([one]) => /^<message[^>]* to="ops@localhost"/.test(one)).length;
      return { say: units.map(([one]) => answerTo(one)).join(''), rest: heard.subarray(used), taken };
    },
  };
}

/** A service over HTTP that takes each POST with the same answer. */
async function serviceWorld(mood: Mood, answer: string): Promise<NetWorld & { readonly url: string }> {
  let taken = 0;
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      if (mood === 'silent') return;
      if (mood === 'rude') return void request.socket.resetAndDestroy();
      if (mood === 'repeating')
        return void response.writeHead(400).end(`"${request.rawHeaders.join(' ')}${body}"`);
      taken += 1;
      response.end(answer);
    });
  });
  const port = await listen(server, mood);
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port, url: `http://127.0.0.1:${port}`, taken: () => taken, stop };
}
