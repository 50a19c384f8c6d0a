/**
 * How rare characters are in logs, in bits: about minus the binary logarithm of how often one stands at a
 * place. Rough on purpose: it only has to tell ` from ` from `Reopen Block`.
 */
const COMMON: ReadonlyMap<string, number> = new Map([
  [' ', 3],
  ...group('0123456789', 4),
  ...group('eainorst', 4.3),
  ...group('cdlmpu.:-/', 5),
  ...group('bfghvwy_=[]()', 6),
  ...group('kjqxz,ABCDEFGHIJKLMNOPQRSTUVWXYZ', 7),
]);

const OTHER = 8.5;

/** Bits beyond which more characters add nothing: such a text all but never stands there by chance. */
const MOST = 160;

/** How rare a text is, in bits; with `ignoreCase` each letter may be either. */
export function rarity(text: string, ignoreCase: boolean): number {
  let bits = 0;
  for (const char of text) bits += COMMON.get(ignoreCase ? char.toLowerCase() : char) ?? OTHER;
  return Math.min(bits, MOST);
}

/** How rare it is that one of several texts, each as rare as given, stands at a place. */
export function together(bits: readonly number[]): number {
  return -Math.log2(bits.reduce((sum, each) => sum + 2 ** -each, 0));
}

function group(chars: string, bits: number): [string, number][] {
  return Array.from(chars, (char) => [char, bits]);
}

const BY_BYTE: readonly number[] = Array.from(
  { length: 256 },
  (_, byte) => COMMON.get(String.fromCharCode(byte)) ?? OTHER,
);

/** How rare one byte is, in bits. */
export function byteRarity(byte: number): number {
  return BY_BYTE[byte] ?? OTHER;
}
