import type { Severity } from '../model/program.ts';
import type { Item } from './loop.ts';

/** An alert of Bird Sentinel's own, as `sentinel/CODE`: it goes the way of every other alert. */
export function internalRaise(
  code: string,
  source: string,
  stream: string,
  text: string,
  severity: Severity = 'warning',
): Item {
  return {
    type: 'decide',
    input: (now, seq) => ({
      type: 'effect',
      now,
      effect: {
        type: 'raise',
        rule: `sentinel/${code}`,
        key: [source, stream],
        severity,
        now,
        seq,
        ordinal: 0,
        occurrence: {
          count: 1,
          first: now,
          last: now,
          fields: {},
          program: 'bird-sentinel',
          source,
          stream,
          offset: 0,
          line: text,
        },
      },
    }),
  };
}
