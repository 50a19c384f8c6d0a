import { after, instant, type Instant, type Millis } from '../../model/time.ts';
import { never, type KindPorts } from '../kind.ts';

/** The time in which a rule only learns. */
export interface Schooling {
  /** The rule is at work: if it was not before, it begins to learn now. */
  begin(now: Instant): void;
  isOn(now: Instant): boolean;
}

/** Learning for `length` from the moment the rule was first at work; the moment is a row of its own. */
export function createSchooling(length: Millis, ports: KindPorts): Schooling {
  const table = ports.table<Instant>(
    { due: () => never, write: (since) => since, read: (value) => instant(Number(value)) },
    'learning',
  );
  const begin = (now: Instant): Instant => {
    const known = table.find([]);
    if (known !== undefined) return known.state;
    const entry = table.open([], now, () => now);
    table.touch(entry);
    return entry.state;
  };
  return {
    begin: (now) => void begin(now),
    isOn: (now) => now < after(begin(now), length),
  };
}
