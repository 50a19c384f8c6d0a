import { createAddedInputs, type AddedInputs } from './added-inputs.ts';
import type { Clock } from './clock.ts';
import type { Current, DaemonParts, Offer } from './contract.ts';
import { createIntake } from './intake.ts';
import { createSourceGroup, type SourceGroup } from './source-group.ts';

/** Everything that is read: the sources of the current configuration, and those that rules added. */
export interface Incoming extends Pick<SourceGroup, 'pumps' | 'ended' | 'isOpen' | 'adding'> {
  /** Opens all of them where reading ended. */
  open(): void;
  /** What is written from here on is unread: no timer fires on it until they are open again. */
  close(): Promise<void>;
  /** Carries out what a rule wants read. */
  readonly carry: AddedInputs['carry'];
}

export function createIncoming(parts: DaemonParts, current: Current, clock: Clock, offer: Offer): Incoming {
  const sources = createSourceGroup({
    marks: parts.ledger.marks,
    now: clock.wall,
    follow: parts.follow,
    log: parts.log,
    offer,
    moved: () => parts.reach('rotated'),
    opening: (source) => {
      clock.opened(source);
      // Whatever the engine knew of it before is no longer so: until it says more, no silence counts.
      offer({ type: 'condition', source, condition: 'reading' });
    },
    closed: clock.closed,
  });
  const added = createAddedInputs({
    sources,
    now: clock.wall,
    bind: (name, rule) => {
      const { config, way } = current;
      const source = { name, format: 'auto', rule };
      way.intakes.set(name, createIntake(source, config.program, config.zone, parts.match));
    },
  });
  return {
    ...sources,
    carry: added.carry,
    open() {
      sources.open(current.config);
      added.reopen(current.way.machines.engine.inputs());
      clock.closed(closed);
    },
    async close() {
      clock.opened(closed);
      await sources.close();
    },
  };
}

/** Stands among the sources that hold the clock back while all of them are closed. */
const closed = 'all are closed';
