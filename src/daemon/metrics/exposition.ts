/** One time series of a family: its labels and what it stands at. */
export interface Sample {
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

/** One distribution: how many observations were at most each bound, ascending, and all of them. */
export interface Distribution {
  readonly labels: { readonly [name: string]: string };
  /** Cumulative; the last is at most `count`, which stands for +Inf. */
  readonly buckets: readonly (readonly [bound: number, count: number])[];
  readonly count: number;
  readonly sum: number;
}

interface Described {
  /** Without the suffixes that a type adds; ends in the unit where there is one. */
  readonly name: string;
  readonly help: string;
  readonly unit?: 'seconds' | 'bytes';
  /** Since when it counts, in seconds since the epoch; absent: nobody knows, or it is a gauge. */
  readonly created?: number;
}

/** Everything of one name. */
export type Family =
  | (Described & { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] })
  | (Described & { readonly type: 'histogram'; readonly samples: readonly Distribution[] });

/** The text of OpenMetrics 1.0 (the sections of its specification on the text format). */
export const openMetrics = (families: readonly Family[]): string =>
  `${families.flatMap((family) => linesOf(family, true)).join('\n')}\n# EOF\n`;

/** The text that Prometheus read before there was OpenMetrics: version 0.0.4. */
export const plainMetrics = (families: readonly Family[]): string =>
  `${families.flatMap((family) => linesOf(family, false)).join('\n')}\n`;

function linesOf(family: Family, isOpen: boolean): readonly string[] {
  const { name, type, help, unit } = family;
  if (family.samples.length === 0) return [];
  const title = !isOpen && type === 'counter' ? `${name}_total` : name;
  return [
    `# TYPE ${title} ${type}`,
    ...(isOpen && unit !== undefined ? [`# UNIT ${title} ${unit}`] : []),
    `# HELP ${title} ${isOpen ? escaped(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    ...family.samples.flatMap((sample) => [
      ...('buckets' in sample ? distributionLines(name, sample) : [plainLine(family, sample)]),
      ...(isOpen && family.created !== undefined
        ? [line(`${name}_created`, sample.labels, family.created)]
        : []),
    ]),
  ];
}

const plainLine = ({ name, type }: Family, { labels, value }: Sample): string =>
  line(type === 'counter' ? `${name}_total` : name, labels, value);

const distributionLines = (
  name: string,
  { labels, buckets, count, sum }: Distribution,
): readonly string[] => [
  ...buckets.map(([bound, below]) => line(`${name}_bucket`, { ...labels, le: boundText(bound) }, below)),
  line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
  line(`${name}_count`, labels, count),
  line(`${name}_sum`, labels, sum),
];

/** As OpenMetrics writes floats, so that the same bound is the same label everywhere. */
const boundText = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : String(bound));

function line(name: string, labels: Sample['labels'], value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${valueText(value)}`;
}

/** The escapes of OpenMetrics; it knows none for other controls, which no configured name has. */
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
