const units: { readonly [name: string]: number } = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Reads a size in bytes: `512B`, `64KiB`, `2GiB` (powers of 1024), `10MB` (powers of 1000). Undefined
 * when the text is not a whole number with one of these units, or cannot be held exactly.
 */
export function parseSize(text: string): number | undefined {
  const found = /^(\d{1,15})([kKMGT]?i?B)$/.exec(text);
  const unit = units[found?.[2] ?? ''];
  if (found === null || unit === undefined) return undefined;
  const bytes = Number(found[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Writes a number of bytes for a human: `64KiB`, `1.5GiB`; one decimal at most. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < binary.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Math.round(value * 10) / 10}${binary[unit]}`;
}
