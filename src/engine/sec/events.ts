import { createAgenda } from '../../kit/heap.ts';
import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { Clock } from './clock.ts';
import type { Outputs } from './outputs.ts';
import { createRowTracker, SCOPE } from './row-tracker.ts';

/** An event that SEC makes itself; `context`: its internal context, where it is not the usual one. */
export interface SyntheticEvent {
  readonly text: string;
  readonly context: string | undefined;
}

interface Delayed extends SyntheticEvent {
  /** Its number among all that were ever delayed. */
  readonly order: number;
  readonly due: number;
}

/** The queue of synthetic events, and those that wait for their time. */
export interface Events {
  /** After `delay` seconds (0: now) each line of the text is an event. */
  create(text: string, delay: number, context?: string): void;
  /** One line into the queue. */
  push(text: string, context?: string): void;
  take(): SyntheticEvent | undefined;
  /** Whether some wait in the queue: a signal that a rule sent comes before them. */
  queued(): boolean;
  /** Drops the queue; says how many. */
  drop(): number;
  /** Moves what is due into the queue, in the order in which it was made. */
  expire(): void;
  next(): number | undefined;
  /** Drops what is delayed. */
  clear(): void;
  changes(): Row[];
  restore(rows: readonly (readonly [key: string, value: Json])[]): void;
}

/** Lines as Perl splits them: empty ones at the end do not count. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

const PREFIX = 'delayed/';
/** The queue's row; there is one only between a signal that a rule sent and the signal itself. */
const QUEUE = 'queue';

/** `limit`: most events that wait; the oldest give way, and `full` is called. */
export function createEvents(clock: Clock, outputs: Outputs, limit: number, valueLimit: number): Events {
  let queue: SyntheticEvent[] = [];
  let from = 0;
  let made = 0;
  let written = '[]';
  const waiting = new Set<Delayed>();
  const agenda = createAgenda<Delayed>();
  const tracker = createRowTracker<Delayed>({
    key: ({ order }) => `${PREFIX}${order}`,
    value: ({ due, text, context }) => [due, text, ...(context === undefined ? [] : [context])],
  });

  /** Only an event made at once with a context is shown with it, as in SEC's own log. */
  const enqueue = (text: string, context: string | undefined, shown: string | undefined): void => {
    queue.push({ text, context });
    outputs.queued(text, shown);
  };

  const queueRow = (): Row[] => {
    const value = queue.slice(from).map(({ text, context }) => [text, context ?? null]);
    const now = JSON.stringify(value);
    if (now === written) return [];
    written = now;
    return [{ scope: SCOPE, key: QUEUE, ...(value.length > 0 && { value }) }];
  };

  const restoreQueue = (value: Json): void => {
    written = JSON.stringify(value);
    queue = (value as readonly (readonly [string, string | null])[]).map(([text, context]) => ({
      text,
      context: context ?? undefined,
    }));
  };

  const forget = (event: Delayed): void => {
    waiting.delete(event);
    agenda.set(event, undefined);
    tracker.forget(event);
  };

  const wait = (event: Delayed): void => {
    waiting.add(event);
    agenda.set(event, event.due);
  };

  const delay = (text: string, seconds: number, context: string | undefined): void => {
    const [oldest] = waiting;
    if (oldest !== undefined && waiting.size >= limit) {
      forget(oldest);
      outputs.limit('delayed-events', `more than ${limit} events wait for their time: the oldest gave way`);
    }
    made += 1;
    const event = { order: made, due: clock.now + seconds, text: text.slice(0, valueLimit), context };
    wait(event);
    tracker.touch(event);
  };

  return {
    create(text, seconds, context) {
      for (const line of linesOf(text)) {
        if (seconds === 0) enqueue(line, context, context);
        else delay(line, seconds, context);
      }
    },
    push: (text, context) => enqueue(text, context, undefined),
    take() {
      const event = queue[from];
      from += 1;
      if (event === undefined || from > 1024) {
        queue = queue.slice(from);
        from = 0;
      }
      return event;
    },
    queued: () => from < queue.length,
    drop() {
      const dropped = queue.length - from;
      queue = [];
      from = 0;
      return dropped;
    },
    expire() {
      const due: Delayed[] = [];
      for (let next = agenda.take(clock.now); next !== undefined; next = agenda.take(clock.now)) {
        due.push(next.item);
      }
      // Those of one housekeeping come in the order in which they were made, whenever they were due.
      for (const item of due.toSorted((a, b) => a.order - b.order)) {
        forget(item);
        enqueue(item.text, item.context, undefined);
      }
    },
    next: () => agenda.next(),
    clear() {
      for (const event of waiting) forget(event);
    },
    changes: () => [...queueRow(), ...tracker.changes()],
    restore(rows) {
      for (const [key, value] of rows) if (key === QUEUE) restoreQueue(value);
      for (const event of rows.flatMap(readDelayed).toSorted((a, b) => a.order - b.order)) {
        made = Math.max(made, event.order);
        wait(event);
        tracker.restored(event);
      }
    },
  };
}

function readDelayed([key, value]: readonly [string, Json]): readonly Delayed[] {
  if (!key.startsWith(PREFIX)) return [];
  const [due, text, context] = value as readonly [number, string, string?];
  return [{ order: Number(key.slice(PREFIX.length)), due, text, context }];
}
