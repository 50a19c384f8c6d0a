import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { Outputs } from './outputs.ts';
import type { SecActions } from './program.ts';
import { createRowTracker } from './row-tracker.ts';
import { readScene, writeScene, type Scene } from './scene.ts';

/** What a command that runs is waited for. */
export type Awaited =
  /** Its lines become events, with this internal context. */
  | { readonly type: 'events'; readonly context: string | undefined }
  /** Its exit code decides which list runs. */
  | { readonly type: 'script'; readonly scene: Scene; readonly zero: SecActions; readonly other: SecActions };

/** The commands that run, as far as something is waited for. */
export interface Children {
  /** A name for a run that no other run ever had. */
  name(): string;
  await(child: string, awaited: Awaited): void;
  get(child: string): Awaited | undefined;
  forget(child: string): void;
  changes(): Row[];
  restore(rows: readonly (readonly [key: string, value: Json])[], count: number): void;
  /** How many names were given. */
  count(): number;
}

interface Child {
  readonly name: string;
  readonly awaited: Awaited;
}

const PREFIX = 'child/';

/** `limit`: most runs that are waited for; what the oldest gives is then nobody's. */
export function createChildren(outputs: Outputs, limit: number): Children {
  const running = new Map<string, Child>();
  let count = 0;
  const tracker = createRowTracker<Child>({
    key: ({ name }) => PREFIX + name,
    value: ({ awaited }) => writeAwaited(awaited),
  });

  const forget = (name: string): void => {
    const child = running.get(name);
    if (child === undefined) return;
    running.delete(name);
    tracker.forget(child);
  };

  return {
    name() {
      count += 1;
      return String(count);
    },
    await(name, awaited) {
      const [oldest] = running.keys();
      if (oldest !== undefined && running.size >= limit) {
        forget(oldest);
        outputs.limit('children', `more than ${limit} commands run: the oldest is not waited for`);
      }
      const child = { name, awaited };
      running.set(name, child);
      tracker.touch(child);
    },
    get: (name) => running.get(name)?.awaited,
    forget,
    count: () => count,
    changes: tracker.changes,
    restore(rows, names) {
      count = names;
      const found = rows.filter(([key]) => key.startsWith(PREFIX));
      for (const [key, value] of found.toSorted(([a], [b]) => numberOf(a) - numberOf(b))) {
        const child = { name: key.slice(PREFIX.length), awaited: readAwaited(value) };
        running.set(child.name, child);
        tracker.restored(child);
      }
    },
  };
}

const numberOf = (key: string): number => Number(key.slice(PREFIX.length));

function writeAwaited(awaited: Awaited): Json {
  if (awaited.type === 'events') return [awaited.context ?? null];
  return [writeScene(awaited.scene), awaited.zero, awaited.other];
}

function readAwaited(value: Json): Awaited {
  const [first, zero, other] = value as readonly [Json, SecActions?, SecActions?];
  if (zero === undefined || other === undefined) {
    return { type: 'events', context: typeof first === 'string' ? first : undefined };
  }
  return { type: 'script', scene: readScene(first), zero, other };
}
