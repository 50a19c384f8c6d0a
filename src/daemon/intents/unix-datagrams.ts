import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { bytesOf } from './bytes.ts';
import { done, lost, type IntentLimits, type Outcome } from './contract.ts';

/** UNIX datagrams. */
export interface UnixDatagrams {
  send(path: string, text: string): Promise<Outcome>;
  close(): void;
}

/**
 * Node has no UNIX datagram sockets, so a small Perl program sends them, where there is a Perl: it is
 * started with the first packet and answers each with one line. Core modules only.
 */
export function createUnixDatagrams(
  limits: Pick<IntentLimits, 'queued'>,
  environment: { readonly [name: string]: string },
): UnixDatagrams {
  let helper: ChildProcessWithoutNullStreams | undefined;
  const unanswered: ((outcome: Outcome) => void)[] = [];

  const begin = (): ChildProcessWithoutNullStreams => {
    const child = spawn('perl', ['-e', program], { env: { ...environment } });
    let answers = '';
    const end = (why: string): void => {
      if (helper !== child) return;
      helper = undefined;
      for (const settle of unanswered.splice(0)) settle(lost(why));
    };
    child.on('error', () => end('UNIX datagrams need perl, and it cannot be started'));
    child.on('close', () => end('the perl that sends UNIX datagrams ended'));
    child.stdin.on('error', () => undefined);
    child.stderr.resume();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${answers}${text}`.split('\n');
      answers = lines.pop() ?? '';
      for (const line of lines) unanswered.shift()?.(line === '' ? done : lost(line));
    });
    return child;
  };

  return {
    send(path, text) {
      const bytes = bytesOf(text);
      helper ??= begin();
      if (helper.stdin.writableLength + bytes.length > limits.queued) {
        return Promise.resolve(lost('too much waits for this socket'));
      }
      helper.stdin.write(Buffer.concat([framed(bytesOf(path)), framed(bytes)]));
      return new Promise((settle) => unanswered.push(settle));
    },
    close() {
      helper?.stdin.end();
      helper?.kill();
    },
  };
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const program = `
use strict; use Socket;
binmode STDIN; $| = 1;
sub take {
  my $n = shift; my $got = '';
  while (length $got < $n) { sysread(STDIN, $got, $n - length $got, length $got) or exit }
  return $got;
}
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die;
for (;;) {
  my $path = take(unpack 'N', take 4);
  my $text = take(unpack 'N', take 4);
  my $why = '';
  if (length $path > 107) { $why = 'its path is too long' }
  elsif (!defined send($socket, $text, MSG_DONTWAIT, pack_sockaddr_un($path))) { $why = "$!" }
  print "$why\\n";
}
`;
