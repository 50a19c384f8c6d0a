/** Keeps code that breaks its Perl again and again from holding up every line. */
export interface Breaker {
  /** It is not to be asked now. */
  isOpen(key: string | number): boolean;
  took(key: string | number, broke: boolean): void;
}

const breaksInTurn = 3;
const restMs = 60_000;
const most = 1000;

/** After three breaks in turn a question rests for a minute; `now` is a clock that nobody sets, in ms. */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  const broken = new Map<string | number, { readonly times: number; readonly at: number }>();
  return {
    isOpen(key) {
      const known = broken.get(key);
      return known !== undefined && known.times >= breaksInTurn && now() - known.at < restMs;
    },
    took(key, broke) {
      const times = (broken.get(key)?.times ?? 0) + 1;
      broken.delete(key);
      if (!broke) return;
      broken.set(key, { times, at: now() });
      const [oldest] = broken.keys();
      if (broken.size > most && oldest !== undefined) broken.delete(oldest);
    },
  };
}
