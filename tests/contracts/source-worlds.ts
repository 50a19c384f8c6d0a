import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Source, SourcePorts } from '../../src/sources/contract.ts';
import { readStream } from '../../src/sources/stdin.ts';
import { startEngine } from '../peers/docker-engine.ts';
import { startJournal, whyNoJournal } from '../peers/journal-peer.ts';
import { freePort } from '../peers/smtp-peers.ts';

/** Where a source of one kind reads: its options, and how something is written there. */
export interface SourceWorld {
  readonly options: unknown;
  /** For a kind that cannot be opened twice in one process. */
  readonly open?: (ports: SourcePorts) => Source;
  write(lines: readonly string[]): Promise<void>;
  /** What was written, from a record's message. */
  readonly textOf?: (message: string) => string;
  close(): Promise<void>;
}

/** A world, or why there can be none here. */
type Opening = () => Promise<SourceWorld | string>;

function place(): { readonly path: (name: string) => string; readonly remove: () => Promise<void> } {
  const dir = mkdtempSync(join(tmpdir(), 'source-'));
  return {
    path: (name) => join(dir, name),
    remove: async () => rmSync(dir, { recursive: true, force: true }),
  };
}

const ended = (lines: readonly string[], by = '\n'): string => lines.map((line) => `${line}${by}`).join('');

/** Writes over a connection that stays open, once somebody listens. */
function overTcp(port: number): {
  readonly send: (text: string) => Promise<void>;
  readonly close: () => void;
} {
  let socket: ReturnType<typeof connect> | undefined;
  return {
    async send(text) {
      while (socket === undefined) {
        const tried = connect(port, '127.0.0.1');
        const opened = await once(tried, 'connect').catch(() => undefined);
        if (opened === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
        else socket = tried.on('error', () => undefined);
      }
      socket.write(text);
    },
    close: () => void socket?.destroy(),
  };
}

const withFile =
  (optionsOf: (path: string) => unknown): Opening =>
  async () => {
    const { path, remove } = place();
    const log = path('log');
    writeFileSync(log, '');
    return {
      options: optionsOf(log),
      write: async (lines) => appendFileSync(log, ended(lines)),
      close: remove,
    };
  };

/** One world for each kind of source. */
export const sourceWorlds: { readonly [kind: string]: Opening } = {
  file: withFile((path) => ({ file: path, start: 'beginning' })),

  command: withFile((path) => ({ command: ['/usr/bin/tail', '-n', '+1', '-F', path] })),

  async fifo() {
    const { path, remove } = place();
    const pipe = path('in');
    execFileSync('mkfifo', [pipe]);
    return {
      options: { fifo: pipe },
      write: (lines) => appendFile(pipe, ended(lines)),
      close: remove,
    };
  },

  async stdin() {
    const input = new PassThrough();
    return {
      options: { stdin: true },
      open: (ports) => readStream(input, { maxRecord: 1024 }, ports),
      write: async (lines) => void input.write(ended(lines)),
      close: async () => void input.destroy(),
    };
  },

  async journal() {
    const missing = whyNoJournal();
    if (missing !== undefined) return missing;
    const journal = startJournal();
    journal.add({ MESSAGE: 'before' });
    await journal.untilWritten(1);
    return {
      options: { journal: { directory: journal.directory, identifiers: ['app'] }, start: 'beginning' },
      write: async (lines) => journal.add(...lines.map((MESSAGE) => ({ MESSAGE, SYSLOG_IDENTIFIER: 'app' }))),
      close: () => journal.close(),
    };
  },

  async syslog() {
    const port = await freePort();
    const { send, close } = overTcp(port);
    return {
      options: { syslog: { listen: `tcp://127.0.0.1:${String(port)}` } },
      write: (lines) => send(ended(lines.map((line) => `<13>${line}`))),
      textOf: (message) => message.slice(4),
      close: async () => close(),
    };
  },

  async gelf() {
    const port = await freePort();
    const { send, close } = overTcp(port);
    return {
      options: { gelf: { listen: `tcp://127.0.0.1:${String(port)}` } },
      write: (lines) =>
        send(
          ended(
            lines.map((line) => JSON.stringify({ version: '1.1', host: 'h', short_message: line })),
            '\0',
          ),
        ),
      close: async () => close(),
    };
  },

  async docker() {
    const engine = await startEngine();
    const id = engine.create('web');
    return {
      options: { docker: { socket: engine.socket }, start: 'beginning' },
      write: async (lines) => {
        for (const line of lines) engine.write(id, `${line}\n`);
      },
      close: () => engine.close(),
    };
  },

  async 'snmp-trap'() {
    if (!existsSync('/usr/bin/snmptrap') || !existsSync('/usr/sbin/snmptrapd'))
      return 'snmp or snmptrapd is not installed';
    const { path, remove } = place();
    // Traps are lost while nobody listens, so here something stands in that prints as snmptrapd does, forever.
    const [program, said] = [path('snmptrapd'), path('said')];
    writeFileSync(said, '');
    writeFileSync(program, standIn(said), { mode: 0o755 });
    return {
      options: { 'snmp-trap': { program } },
      write: async (lines) => appendFileSync(said, ended(lines)),
      textOf: (message) => message.replace(/^unknown 1\.3\.9=/, ''),
      close: remove,
    };
  },
};

/** Prints the lines of a file as traps in the form that is asked for, and remembers how far it came. */
const standIn = (said: string): string => `#!/usr/bin/perl
use strict; $| = 1;
my ($format) = map { $ARGV[$_] eq '-F' ? $ARGV[$_ + 1] : () } 0 .. $#ARGV;
my $done = 0;
if (open(my $mark, '<', '${said}.done')) { $done = <$mark> // 0; }
open(my $in, '<', '${said}') or die; seek($in, $done, 0);
while (1) {
  while (defined(my $line = <$in>)) {
    chomp $line;
    my $quoted = $line =~ s/(["\\\\])/\\\\$1/gr;
    my $trap = $format =~ s/%b.*\\x1f%v/UDP: [127.0.0.1]:1->[127.0.0.1]:2\\x1e\\x1e.\\x1e0\\x1e0\\x1eTRAP2, SNMP v2c\\x1e.1.3.9 = STRING: "\\0"/sr;
    $trap =~ s/\\0/$quoted/;
    syswrite STDOUT, $trap;
    open(my $mark, '>', '${said}.done'); print $mark tell($in); close $mark;
  }
  select(undef, undef, undef, 0.02); seek($in, 0, 1);
}
`;
