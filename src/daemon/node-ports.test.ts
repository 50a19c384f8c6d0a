import { describe, expect, test } from 'vitest';
import { createMatchPorts } from './node-ports.ts';

const ports = createMatchPorts();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('match ports of Node', () => {
  test('indexOf works inside a view and from an offset', () => {
    const view = bytes('xxabcabc').subarray(2);
    expect(ports.indexOf(view, bytes('abc'), 0)).toBe(0);
    expect(ports.indexOf(view, bytes('abc'), 1)).toBe(3);
    expect(ports.indexOf(view, bytes('abcd'), 0)).toBe(-1);
  });

  test('decode replaces what is not UTF-8, keeps a byte order mark, and knows Latin-1', () => {
    const broken = Uint8Array.of(0x61, 0xff, 0xc3, 0xa9);
    expect(ports.decode(broken, 0, 4, 'utf8')).toBe('a\ufffdé');
    expect(ports.decode(broken, 1, 4, 'latin1')).toBe('\u00ff\u00c3\u00a9');
    expect(ports.decode(bytes('\ufeffa'), 0, 4, 'utf8')).toBe('\ufeffa');
  });

  test('isLinear asks V8 itself', () => {
    expect(ports.isLinear('(a+)+$', '')).toBe(true);
    expect(ports.isLinear('(?=a)', '')).toBe(false);
    expect(ports.isLinear('(a)\\1', '')).toBe(false);
    expect(ports.isLinear('a', 'i')).toBe(false);
  });

  test('guarded cuts off what does not end, and works on afterwards', () => {
    const hostile = /^(?=a)((a|aa)+)\1+$/;
    expect(ports.guarded(hostile, `${'a'.repeat(60)}!`)).toBe('timedOut');
    expect(ports.guarded(/b(.)/, 'abc')?.[1]).toBe('c');
    expect(ports.guarded(/x/, 'abc')).toBeNull();
  });

  test('a run-away match goes to the linear engine', () => {
    expect(/^(a+)+$/.exec(`${'a'.repeat(40)}!`)).toBeNull();
  });
});
