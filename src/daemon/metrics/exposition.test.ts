import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMetrics, plainMetrics, type Family } from './exposition.ts';

const lines: Family = {
  name: 'x_lines',
  type: 'counter',
  help: 'Lines\nof a "log".',
  created: 12.5,
  samples: [{ labels: { source: 'a"b\\c\nd' }, value: 3 }],
};

test('a counter has its suffix where each form wants it', () => {
  expect(openMetrics([lines])).toBe(
    [
      '# TYPE x_lines counter',
      String.raw`# HELP x_lines Lines\nof a \"log\".`,
      String.raw`x_lines_total{source="a\"b\\c\nd"} 3`,
      String.raw`x_lines_created{source="a\"b\\c\nd"} 12.5`,
      '# EOF',
      '',
    ].join('\n'),
  );
  expect(plainMetrics([lines])).toBe(
    [
      '# TYPE x_lines_total counter',
      String.raw`# HELP x_lines_total Lines\nof a "log".`,
      String.raw`x_lines_total{source="a\"b\\c\nd"} 3`,
      '',
    ].join('\n'),
  );
});

test('a family without samples is left out, and a histogram ends with all', () => {
  const spread = { buckets: [[0.5, 1] as const, [1, 2] as const], count: 3, sum: 9 };
  const families: readonly Family[] = [
    { name: 'x_none', type: 'gauge', help: 'Nothing.', samples: [] },
    {
      name: 'x_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'Time.',
      samples: [{ labels: {}, ...spread }],
    },
  ];
  expect(openMetrics(families)).toBe(
    [
      '# TYPE x_seconds histogram',
      '# UNIT x_seconds seconds',
      '# HELP x_seconds Time.',
      'x_seconds_bucket{le="0.5"} 1',
      'x_seconds_bucket{le="1.0"} 2',
      'x_seconds_bucket{le="+Inf"} 3',
      'x_seconds_count 3',
      'x_seconds_sum 9',
      '# EOF',
      '',
    ].join('\n'),
  );
});

test('no label can end its line or its quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const all = openMetrics([{ ...lines, samples: [{ labels: { source: text }, value: 1 }] }]);
      const [, , sample = ''] = all.split('\n');
      const quoted = /^x_lines_total\{source="((?:[^"\\\n]|\\.)*)"\} 1$/su.exec(sample)?.[1];
      expect(quoted?.replaceAll(/\\(.)/gsu, (_, char: string) => (char === 'n' ? '\n' : char))).toBe(text);
    }),
  );
});
