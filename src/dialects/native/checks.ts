import type { Checked } from '../../model/diagnostic.ts';
import type { Pattern } from '../../model/program.ts';
import type { Place } from './place.ts';
import type { RuleKindSchema } from './rule-schema.ts';

/**
 * What can be known before a line is read. `fixed`: only the fields every event has; `perhaps`: the
 * format is found line by line and may bring its own; `open`: the format brings its own.
 */
export type FieldKnowledge = 'fixed' | 'perhaps' | 'open';

/** What the checks of rules need of the rooms around. */
export interface RuleChecks {
  readonly kinds: readonly RuleKindSchema[];
  /** Compiles a pattern for its mistakes and the names of its groups. */
  readonly pattern: (pattern: Pattern) => Checked<{ readonly groups: readonly string[] }>;
  /** Compiles a template for its mistakes; `known` absent: any name may turn up. */
  readonly template: (
    source: string,
    known: ReadonlySet<string> | undefined,
    place: Place,
  ) => Checked<unknown>;
  /** What is known of the fields of a source's lines; absent: there is no such source. */
  readonly source: (name: string) => FieldKnowledge | undefined;
  readonly sourceNames: readonly string[];
  /** IANA name of the zone that rules mean which name none; absent: UTC. */
  readonly zone?: string;
  /** Contexts that are set elsewhere than by native rules. */
  readonly contexts?: readonly string[];
  /** False when not everything could be read: then a name that is not found is no mistake. */
  readonly complete: boolean;
}
