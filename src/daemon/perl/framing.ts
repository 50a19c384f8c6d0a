import type { PerlArgument, PerlValue } from '../../engine/sec/contract.ts';
import { assert } from '../../kit/assert.ts';

/** A request in the numbers that the child itself gave. */
export type Request =
  | { readonly type: 'eval'; readonly code: string }
  | { readonly type: 'call'; readonly function: number; readonly args: readonly PerlArgument[] };

/** An answer, likewise. */
export interface Answer {
  readonly warnings: readonly string[];
  /** Hashes that a function changed which it got as arguments, by their places. */
  readonly changed: ReadonlyMap<number, Hash>;
  readonly result:
    | { readonly type: 'values'; readonly values: readonly PerlValue[] }
    | { readonly type: 'hash'; readonly hash: Hash }
    | { readonly type: 'error'; readonly error: string };
}

type Hash = { readonly [name: string]: string | null };

/** A request with its length in front. Texts are byte strings. */
export function encodeRequest(request: Request): Buffer {
  const body =
    request.type === 'eval'
      ? Buffer.from(`E${request.code}`, 'latin1')
      : Buffer.concat([
          Buffer.from('C'),
          uint(request.function),
          uint(request.args.length),
          ...request.args.map(encodeArgument),
        ]);
  return Buffer.concat([uint(body.length), body]);
}

function encodeArgument(argument: PerlArgument): Buffer {
  if (argument === null) return Buffer.from('N');
  if (typeof argument === 'string') return Buffer.concat([Buffer.from('S'), counted(argument)]);
  if ('ref' in argument) return Buffer.concat([Buffer.from('R'), uint(argument.ref)]);
  if ('list' in argument)
    return Buffer.concat([
      Buffer.from('L'),
      uint(argument.list.length),
      ...argument.list.map(encodeArgument),
    ]);
  const members = Object.entries(argument.hash);
  const encoded = members.flatMap(([name, value]) => [counted(name), encodeArgument(value)]);
  return Buffer.concat([Buffer.from('H'), uint(members.length), ...encoded]);
}

/** Reads the body of an answer; only our own program writes them. */
export function decodeAnswer(body: Buffer): Answer {
  let at = 0;
  const number = (): number => {
    at += 4;
    return body.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    at += length;
    return body.toString('latin1', at - length, at);
  };
  const kind = (): string => {
    at += 1;
    return body.toString('latin1', at - 1, at);
  };
  const value = (): PerlValue => {
    const what = kind();
    if (what === 'N') return null;
    return what === 'R' ? { ref: number() } : text();
  };
  const times = <T>(read: () => T): T[] => Array.from({ length: number() }, read);

  const hash = (): Hash => Object.fromEntries(times(member));

  const warnings = times(text);
  const changed = new Map(times(() => [number(), hash()] as const));
  switch (kind()) {
    case 'X':
      return { warnings, changed, result: { type: 'error', error: body.toString('latin1', at) } };
    case 'H':
      return { warnings, changed, result: { type: 'hash', hash: hash() } };
    case 'V':
      return { warnings, changed, result: { type: 'values', values: times(value) } };
    default:
      assert(false, 'the Perl child answers in another form');
      throw new Error('unreachable');
  }

  function member(): [name: string, value: string | null] {
    const name = text();
    const found = value();
    assert(typeof found === 'string' || found === null, 'a reference in a hash');
    return [name, found];
  }
}

function uint(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([uint(bytes.length), bytes]);
}
