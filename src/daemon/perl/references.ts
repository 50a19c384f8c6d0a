import { hashText } from '../../kit/hash.ts';

/**
 * The numbers by which rules know what is kept in a Perl. What came of code has a number that follows from
 * the code, so that it outlives the Perl and the program: whoever asks for it gets the code evaluated again.
 * Anything else has one that is never given again.
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

/** The codes that gave references, for another start of the program. */
export interface CodeMemory {
  recall(): readonly string[];
  remember(codes: readonly string[]): void;
}

/** Codes that outlive the program: so many, and so many characters together. */
const mostCodes = 200;
const mostCharacters = 256 * 1024;

/** Numbers for at most `limit` things; the oldest are forgotten first. */
export function createReferences(
  limit: number,
  memory?: CodeMemory,
  first: number = Date.now() * 1000,
): References {
  const locals = new Map<number, number>();
  const globals = new Map<number, number>();
  const origins = new Map((memory?.recall() ?? []).map((code) => [numberOf(code), code]));
  let next = first;

  const bind = (reference: number, local: number): void => {
    locals.delete(reference);
    locals.set(reference, local);
    globals.set(local, reference);
    const [oldest] = locals;
    if (locals.size > limit && oldest !== undefined) {
      locals.delete(oldest[0]);
      globals.delete(oldest[1]);
    }
  };

  const remember = (reference: number, origin: string): void => {
    const isNew = !origins.delete(reference);
    origins.set(reference, origin);
    const [oldest] = origins.keys();
    if (origins.size > limit && oldest !== undefined) origins.delete(oldest);
    if (isNew) memory?.remember(newestOf([...origins.values()]));
  };

  return {
    localOf: (reference) => locals.get(reference),
    originOf: (reference) => origins.get(reference),
    bind,
    globalOf(local, origin) {
      if (origin !== undefined) {
        const reference = numberOf(origin);
        remember(reference, origin);
        bind(reference, local);
        return reference;
      }
      const known = globals.get(local);
      if (known !== undefined) return known;
      next += 1;
      bind(next, local);
      return next;
    },
    forget() {
      locals.clear();
      globals.clear();
    },
  };
}

/** As many of the newest as may outlive the program, oldest first. */
function newestOf(codes: readonly string[]): readonly string[] {
  let characters = 0;
  const newest = codes
    .slice(-mostCodes)
    .toReversed()
    .filter((code) => (characters += code.length) <= mostCharacters);
  return newest.toReversed();
}

/** 50 bits of the code's hash: less than any number that is made of the clock. */
function numberOf(code: string): number {
  let number = 0;
  for (const digit of hashText(code).slice(0, 10)) number = number * 32 + digits.indexOf(digit);
  return number;
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
