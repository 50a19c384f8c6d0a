/**
 * The numbers by which rules know what is kept in a Perl: they stay when it begins anew, where the code
 * that made the thing is known. No number is given twice, also not after a restart of the program.
 */
export interface References {
  /** The child's number; undefined: this child does not have it. */
  localOf(reference: number): number | undefined;
  /** The code whose evaluation gave it. */
  originOf(reference: number): string | undefined;
  bind(reference: number, local: number): void;
  /** The number of something that the child has, made by `origin`. */
  globalOf(local: number, origin: string | undefined): number;
  /** There is another child. */
  forget(): void;
}

/** Numbers for at most `limit` things; the oldest are forgotten first. */
export function createReferences(limit: number, first: number = Date.now() * 1000): References {
  const locals = new Map<number, number>();
  const globals = new Map<number, number>();
  const origins = new Map<number, string>();
  let next = first;

  const bind = (reference: number, local: number): void => {
    locals.set(reference, local);
    globals.set(local, reference);
    const [oldest] = locals;
    if (locals.size > limit && oldest !== undefined) {
      locals.delete(oldest[0]);
      globals.delete(oldest[1]);
    }
  };

  const remember = (reference: number, origin: string): void => {
    origins.set(reference, origin);
    const [oldest] = origins.keys();
    if (origins.size > limit && oldest !== undefined) origins.delete(oldest);
  };

  return {
    localOf: (reference) => locals.get(reference),
    originOf: (reference) => origins.get(reference),
    bind,
    globalOf(local, origin) {
      const known = globals.get(local);
      if (known !== undefined) return known;
      const reference = next;
      next += 1;
      bind(reference, local);
      if (origin !== undefined) remember(reference, origin);
      return reference;
    },
    forget() {
      locals.clear();
      globals.clear();
    },
  };
}
