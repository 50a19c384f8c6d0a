import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What Perl says of one text: no match, or the groups by number and by name; or that it gave up. */
export type PerlAnswer = { readonly [group: string]: string } | null | 'panic';

export interface Question {
  /** `b`: pattern and texts are bytes, as in SEC; `u`: characters. */
  readonly mode: 'b' | 'u';
  readonly pattern: string;
  readonly texts: readonly string[];
}

/** Perl's own words when it refuses the pattern, else one answer a text. */
export type Reply = { readonly error: string } | { readonly answers: readonly PerlAnswer[] };

export interface Perl {
  ask(questions: readonly Question[]): Promise<Reply[]>;
  close(): void;
}

/**
 * One Perl for all questions; they go in as a batch and come back in order. It dies over a pattern now and
 * then, by mistakes of its own: then that question is left without an answer, and another Perl goes on.
 */
export function startPerl(): Perl {
  let child = spawnPerl();
  return {
    async ask(questions) {
      const replies: Reply[] = [];
      while (replies.length < questions.length) {
        const rest = questions.slice(replies.length);
        child.write(rest.map((question) => `${encodeQuestion(question)}\n`).join(''));
        for (const { texts } of rest) {
          const line = await child.read();
          if (line !== undefined) replies.push(decodeReply(line));
          else {
            replies.push({ answers: texts.map(() => 'panic') });
            child = spawnPerl();
            break;
          }
        }
      }
      return replies;
    },
    close: () => child.close(),
  };
}

function spawnPerl(): { write(text: string): void; read(): Promise<string | undefined>; close(): void } {
  const script = fileURLToPath(new URL('oracle.pl', import.meta.url));
  const child = spawn('perl', [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    write: (text) => child.stdin.write(text),
    read: async () => {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    },
    close: () => child.stdin.end(),
  };
}

function encodeQuestion({ mode, pattern, texts }: Question): string {
  return [mode, ...[pattern, ...texts].map((text) => Buffer.from(text).toString('hex'))].join('\t');
}

function decodeReply(line: string): Reply {
  if (line.startsWith('E')) return { error: fromHex(line.slice(1)) };
  return { answers: line.split('\t').map(decodeAnswer) };
}

function decodeAnswer(answer: string): PerlAnswer {
  if (answer === '-') return null;
  if (answer === '!') return 'panic';
  const [numbered = '', named = ''] = answer.split(';');
  const groups: { [group: string]: string } = {};
  for (const [index, hex] of numbered === '' ? [] : numbered.split(',').entries()) {
    if (hex !== '_') groups[String(index + 1)] = fromHex(hex);
  }
  for (const pair of named === '' ? [] : named.split(',')) {
    const [name = '', hex = ''] = pair.split('=');
    if (hex !== '_') groups[name] = fromHex(hex);
  }
  return groups;
}

const fromHex = (hex: string): string => Buffer.from(hex.replace(/^x/, ''), 'hex').toString();
