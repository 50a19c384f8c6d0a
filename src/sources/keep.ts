/**
 * What sources had open that were closed a moment ago. A reload closes sources and opens them again: what comes
 * in between is neither refused nor lost. What nobody takes is closed.
 */
export interface Keep<T> {
  /** What was parked under this name, if it was with these `options`; else that is closed, if there is any. */
  take(name: string, options: string): Promise<T | undefined>;
  park(name: string, options: string, value: T): void;
}

/** How long something is kept (ms). */
const keptMs = 10_000;

/** `hold`: whether it keeps the process alive, which what is parked does not. */
export function createKeep<T>(ways: {
  readonly hold: (value: T, held: boolean) => void;
  readonly close: (value: T) => Promise<unknown>;
}): Keep<T> {
  const parked = new Map<
    string,
    { readonly value: T; readonly options: string; readonly timer: NodeJS.Timeout }
  >();

  const remove = (name: string): ReturnType<(typeof parked)['get']> => {
    const found = parked.get(name);
    clearTimeout(found?.timer);
    parked.delete(name);
    return found;
  };

  return {
    async take(name, options) {
      const found = remove(name);
      if (found === undefined) return undefined;
      if (found.options !== options) {
        await ways.close(found.value);
        return undefined;
      }
      ways.hold(found.value, true);
      return found.value;
    },
    park(name, options, value) {
      ways.hold(value, false);
      const timer = setTimeout(() => {
        parked.delete(name);
        void ways.close(value);
      }, keptMs);
      timer.unref();
      parked.set(name, { value, options, timer });
    },
  };
}
