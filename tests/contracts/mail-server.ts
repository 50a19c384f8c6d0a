import { createServer, type Socket } from 'node:net';
import { listen, type Mood } from './mood.ts';

/** At which step of a session (RFC 5321) a server says what instead of yes. */
export interface Replies {
  readonly greeting?: string;
  readonly ehlo?: string;
  readonly auth?: string;
  readonly mail?: string;
  readonly rcpt?: string;
  readonly data?: string;
  readonly dot?: string;
}

/** A server of mail that counts what it took; moods show at the end of the mail, where nothing can be taken back. */
export async function mailServer(
  mood: Mood,
  replies: Replies = {},
): Promise<{ readonly port: number; taken(): number; stop(): void }> {
  let taken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const say = (text: string): void => void socket.write(`${text}\r\n`);
    const told: string[] = [];
    const atEnd = (): void => {
      if (mood === 'silent') return;
      if (mood === 'rude') return void socket.resetAndDestroy();
      if (mood === 'repeating') return say(`554 you said ${told.join(' ')}`);
      if (replies.dot === undefined) taken += 1;
      say(replies.dot ?? '250 taken');
    };
    const answers: { readonly [verb: string]: () => void } = {
      EHLO: () => say(replies.ehlo ?? '250-mx.test\r\n250-AUTH PLAIN\r\n250 SIZE 1000000'),
      HELO: () => say('250 mx.test'),
      AUTH: () => say(replies.auth ?? '235 come in'),
      MAIL: () => say(replies.mail ?? '250 yes'),
      RCPT: () => say(replies.rcpt ?? '250 yes'),
      DATA: () => say(replies.data ?? '354 go on'),
      QUIT: () => socket.end('221 bye\r\n'),
    };
    let inMail = false;
    let rest = '';
    socket.on('data', (data) => {
      const lines = (rest + data.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        told.push(line);
        const verb = line.slice(0, 4).toUpperCase();
        if (inMail && line !== '.') continue;
        if (inMail) atEnd();
        else (answers[verb] ?? (() => say('500 what?')))();
        inMail = !inMail && verb === 'DATA' && (replies.data ?? '3').startsWith('3');
      }
    });
    say(replies.greeting ?? '220 mx.test');
  });
  const port = await listen(server, mood);
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, taken: () => taken, stop };
}
