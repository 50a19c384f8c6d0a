/** How an archived log is packed, known by the end of its name. */
export interface Packing {
  readonly extension: string;
  /** A program that unpacks its standard input to its standard output; absent: Node's zlib does it. */
  readonly program?: { readonly name: string; readonly args: readonly string[] };
}

/** Packings that can be read: a new one is one line here. */
const packings: readonly Packing[] = [
  { extension: '.gz' },
  { extension: '.xz', program: { name: 'xz', args: ['-dc'] } },
  { extension: '.zst', program: { name: 'zstd', args: ['-dcq'] } },
  { extension: '.bz2', program: { name: 'bzip2', args: ['-dc'] } },
  { extension: '.lz4', program: { name: 'lz4', args: ['-dc'] } },
];

/** The packing of a file of this name; undefined: it is plain. */
export const packingOf = (name: string): Packing | undefined =>
  packings.find(({ extension }) => name.endsWith(extension) && name.length > extension.length);

/** The name without the end that tells the packing. */
export function unpackedName(name: string): string {
  const packing = packingOf(name);
  return packing === undefined ? name : name.slice(0, -packing.extension.length);
}
