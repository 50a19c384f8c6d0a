import type { Family, Sample } from './exposition.ts';

/** A counter of this program; `created`: since when it counts, in seconds since the epoch, where that is known. */
export const counter = (
  name: string,
  help: string,
  created: number | undefined,
  samples: readonly Sample[],
  unit?: 'bytes',
): Family => ({
  name: `bird_sentinel_${name}`,
  type: 'counter',
  help,
  samples,
  ...(created === undefined ? {} : { created }),
  ...(unit === undefined ? {} : { unit }),
});

/** A gauge of this program. */
export const gauge = (
  name: string,
  help: string,
  samples: readonly Sample[],
  unit?: 'seconds' | 'bytes',
): Family => ({
  name: `bird_sentinel_${name}`,
  type: 'gauge',
  help,
  samples,
  ...(unit === undefined ? {} : { unit }),
});

/** A gauge under a name that other programs have too; without a value it is left out. */
export const plain = (
  name: string,
  help: string,
  value: number | undefined,
  unit?: 'seconds' | 'bytes',
): Family => ({
  name,
  type: 'gauge',
  help,
  samples: sampleOf({}, value),
  ...(unit === undefined ? {} : { unit }),
});

/** The one series of a family without labels. */
export const alone = (value: number): readonly Sample[] => [{ labels: {}, value }];

/** One series, or none where nothing is known. */
export const sampleOf = (labels: Sample['labels'], value: number | undefined): readonly Sample[] =>
  value === undefined ? [] : [{ labels, value }];

/** A series for each name. */
export const by = (label: string, values: { readonly [name: string]: number }): readonly Sample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
