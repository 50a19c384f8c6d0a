/**
 * What `make` makes, made when it is first asked for and kept: for what costs much and most runs never
 * need. A promise is kept like anything else.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
