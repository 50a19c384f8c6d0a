import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** One Perl for all questions; they go in as a batch and come back in order. */
export function startPerl(): Perl {
  const child = spawn('perl', [fileURLToPath(new URL('oracle.pl', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(questions) {
      const batch = questions.map((question) => `${encodeQuestion(question)}\n`).join('');
      if (!child.stdin.write(batch)) void once(child.stdin, 'drain');
      const replies: Reply[] = [];
      for (const { pattern } of questions) {
        const line = await lines.next();
        if (line.done === true) throw new Error(`perl died at ${JSON.stringify(pattern)}`);
        replies.push(decodeReply(line.value));
      }
      return replies;
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
