import { setMaxListeners } from 'node:events';
import type { RunIntent } from '../../model/intent.ts';
import { runChild, type ChildEnd, type ChildPorts } from './child.ts';

/** Commands that run. */
export interface Commands {
  /** Never rejects. */
  run(intent: RunIntent, output: ChildPorts['output']): Promise<ChildEnd>;
  /** Ends those that feed us lines at once, the others after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Nothing runs yet. */
export function createCommands(ports: Pick<ChildPorts, 'environment' | 'limits' | 'shown'>): Commands {
  const feeds = new AbortController();
  const others = new AbortController();
  // Every command that runs listens to one of them.
  setMaxListeners(0, feeds.signal, others.signal);
  const running = new Set<Promise<ChildEnd>>();

  return {
    run(intent, output) {
      const run = runChild(intent, {
        ...ports,
        output,
        stop: intent.outputs ? feeds.signal : others.signal,
      }).finally(() => running.delete(run));
      running.add(run);
      return run;
    },
    async stop(graceMs) {
      feeds.abort();
      const timer = setTimeout(() => others.abort(), graceMs);
      while (running.size > 0) await Promise.all(running);
      clearTimeout(timer);
    },
  };
}
