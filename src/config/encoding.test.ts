import { expect, test } from 'vitest';
import { encodingMistake } from './encoding.ts';

const told = async (bytes: Buffer): Promise<string | undefined> => {
  const ports = { bytes: async () => ({ ok: true, text: bytes.toString('latin1') }) as const };
  const mistake = await encodingMistake('c.yaml', bytes.toString('utf8'), ports);
  return mistake && `${mistake.line}:${mistake.column} ${mistake.message}`;
};
const utf16 = '1:1 this is UTF-16, and a configuration is UTF-8';
const foreign = 'what stands here is not UTF-8, as a configuration must be';

test.each([
  ['UTF-8', Buffer.from("a: 'Überlauf €😀'\n"), undefined],
  ['UTF-8 with a mark', Buffer.from('\uFEFFa: 1\n'), undefined],
  ['U+FFFD that was meant', Buffer.from('a: \uFFFD\n'), undefined],
  ['nothing', Buffer.from(''), undefined],
  ['Latin-1', Buffer.from("a: 1\nb: 'xÜberlauf'\n", 'latin1'), `2:6 ${foreign}`],
  ['Latin-1 at the end of a line', Buffer.from('a: Ü\nb: 1', 'latin1'), `1:4 ${foreign}`],
  ['UTF-8 cut off', Buffer.from('a: €').subarray(0, 5), `1:4 ${foreign}`],
  ['UTF-16 with a mark', Buffer.from('\uFEFFa: 1\n', 'utf16le'), utf16],
  ['UTF-16, big end first', Buffer.from('\uFEFFa: 1\n', 'utf16le').swap16(), utf16],
  ['UTF-16 without a mark', Buffer.from('a: 1\n', 'utf16le'), utf16],
])('%s', async (_, bytes, expected) => {
  expect(await told(bytes)).toBe(expected);
});
