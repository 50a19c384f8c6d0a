/** A row of a registry: what a kind is called, and where it is to be had. */
export interface KindRow<Kind> {
  readonly kind: string;
  /** Loads its code when that is first wanted: most configurations name few kinds. */
  readonly load: () => Promise<Kind>;
}

/** The kinds of all rows, in their order, for what speaks of every kind there is. */
export const loadKinds = <Kind>(rows: readonly KindRow<Kind>[]): Promise<readonly Kind[]> =>
  Promise.all(rows.map(({ load }) => load()));

/** The kinds that the entries of a part of a configuration name by a key: `{ auth: { file: … } }`. */
export function loadNamed<Kind>(
  entries: { readonly [name: string]: unknown },
  rows: readonly KindRow<Kind>[],
): Promise<readonly Kind[]> {
  const written = Object.values(entries).filter((entry) => typeof entry === 'object' && entry !== null);
  return loadKinds(rows.filter(({ kind }) => written.some((entry) => kind in entry)));
}
