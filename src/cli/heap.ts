import { setFlagsFromString } from 'node:v8';

/**
 * For commands that read logs: by how much the heap may grow, in percent of what is alive, before garbage is
 * looked for. V8's own choice is up to three times: in a flood most of 500 MB would be garbage. The less, the
 * more often it is looked for.
 */
export function boundHeap(growth: number): void {
  setFlagsFromString(`--heap-growing-percent=${growth}`);
}
