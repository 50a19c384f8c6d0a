import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { Instance } from './instance.ts';
import { SCOPE } from './row-tracker.ts';

/** The state of an instance as rows. */
export interface StateRows {
  changes(): Row[];
  restore(rows: readonly Row[]): void;
}

const CLOCK = 'clock';

type WrittenClock = readonly [
  now: number,
  kept: number | null,
  children: number,
  buffer: string,
  begun: number,
];

export function createStateRows(instance: Instance): StateRows {
  const { buffers, cache, calendar, children, clock, contexts, events, inputs, operations } = instance;
  const { outputs, variables } = instance;
  let written = '';

  const ownRow = (): Row[] => {
    const value: WrittenClock = [
      clock.now,
      clock.kept ?? null,
      children.count(),
      buffers.current(),
      clock.begun,
    ];
    const text = JSON.stringify(value);
    if (text === written) return [];
    written = text;
    return [{ scope: SCOPE, key: CLOCK, value }];
  };

  const restoreOwn = (value: Json): number => {
    const [now, kept, names, buffer, begun] = value as WrittenClock;
    clock.now = now;
    clock.kept = kept ?? undefined;
    // Rows of versions before this one do not have it.
    clock.begun = begun ?? now;
    buffers.select(buffer);
    written = JSON.stringify(value);
    return names;
  };

  return {
    changes: () => [
      ...ownRow(),
      ...[
        outputs,
        buffers,
        cache,
        calendar,
        children,
        contexts,
        events,
        inputs,
        operations,
        variables,
      ].flatMap((part) => part.changes()),
    ],
    restore(rows) {
      const present = rows.flatMap(({ key, value, hash }) =>
        value === undefined ? [] : [{ key, value, hash }],
      );
      const pairs = present.map(({ key, value }) => [key, value] as const);
      for (const [key, value] of pairs) restoreNamed(key, value, instance);
      const own = pairs.find(([key]) => key === CLOCK);
      const names = own === undefined ? 0 : restoreOwn(own[1]);
      children.restore(pairs, names);
      contexts.restore(pairs);
      cache.restore(pairs);
      events.restore(pairs);
      inputs.restore(pairs);
      outputs.restore(pairs);
      operations.restore(pairs.flatMap(([key, value]) => (key.startsWith('operation/') ? [value] : [])));
      calendar.restore(
        pairs.flatMap(([key, value]) => (key.startsWith('calendar/') ? [{ key, value }] : [])),
      );
    },
  };
}

function restoreNamed(key: string, value: Json, { buffers, variables }: Instance): void {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  if (key.startsWith('variable/')) variables.restore(name, value);
  if (key.startsWith('buffer/')) buffers.restore(name, value);
}
