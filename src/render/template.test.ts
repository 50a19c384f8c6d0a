import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import { instant } from '../model/time.ts';
import { createTemplates } from './template.ts';

const now = instant(Date.parse('2026-11-20T10:00:10Z'));
const place = { file: 'rules.yaml', line: 12, column: 14 };
const templates = await createTemplates({ zone: 'Europe/Paris' });

function rendered(source: string, values: JsonObject): string {
  const checked = templates.compile(source, undefined, place);
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value.render(values, { now });
}

describe('rendering', () => {
  const first = Date.parse('2026-11-20T09:00:03Z');
  test.each<[string, JsonObject, string]>([
    ['{{ count }} since {{ first | time }}', { count: 5, first }, '5 since 10:00:03'],
    ['{{ first | time }}', { first: first - 86_400_000 }, '2026-11-19 10:00:03'],
    ['{{ users | join: ", " }}', { users: ['a', 'b'] }, 'a, b'],
    ['{{ users }}', { users: ['a', 'b'] }, 'a, b'],
    ['{{ o }}', { o: { a: 1 } }, '{"a":1}'],
    ['{{ line | truncate: 5 }}', { line: '👨‍👩‍👧 family' }, '👨‍👩‍👧 fa…'],
    ['{{ window | duration }}', { window: 90_000 }, '1m30s'],
    ['{{ window | duration }}', { window: '' }, ''],
    ['{{ fields["a.b"] }}{{ a.b }}', { fields: { 'a.b': 1 }, a: { b: 2 } }, '12'],
    ['{{ user | default: "nobody" }}', {}, 'nobody'],
    ['{% if user %}x{% else %}y{% endif %}', {}, 'y'],
    ['{{ "now" | date: "%Y-%m-%d %H:%M" }}', {}, '2026-11-20 11:00'],
    ['{{ first | date: "%H:%M:%S" }}', { first }, '10:00:03'],
  ])('%s of %j is %s', (source, values, text) => {
    expect(rendered(source, values)).toBe(text);
  });

  test('values are data: what looks like a template in a log line comes out as it is', () => {
    const hostile = '{{ 7 | times: 6 }} {% include "x" %} {%- raw -%} ${1} `id`';
    expect(rendered('{{ line }} {{ fields.x }}', { line: hostile, fields: { x: hostile } })).toBe(
      `${hostile} ${hostile}`,
    );
    expect(rendered('{{ fields[line] | default: "none" }}', { line: 'constructor', fields: {} })).toBe(
      'none',
    );
  });

  test('a name that the line did not give leaves the facts standing', () => {
    expect(rendered('user {{ user }}', { rule: 'r', line: 'the line' })).toBe(
      'r: the line (the template failed: undefined variable: user)',
    );
  });

  test.each([
    '{% for i in (1..100000000) %}x{% endfor %}',
    '{{ line.constructor }}',
    '{{ line.constructor.constructor }}',
    '{{ 1 | divided_by: 0 | round: line }}',
  ])('%s does not throw and does not hang', (source) => {
    expect(rendered(source, { rule: 'r', line: 'L' })).toEqual(expect.any(String));
  });

  test('the prototype of a value is out of reach', () => {
    expect(rendered('{{ line.constructor }}', { rule: 'r', line: 'L' })).toContain('the template failed');
  });
});

describe('mistakes', () => {
  const known = new Set(['user', 'ip']);
  const found = (source: string) => {
    const checked = templates.compile(source, known, place);
    return checked.diagnostics.map(({ code, line, column, hint }) => [code, line, column, hint]);
  };

  test.each([
    ['{{ usr }}', 'template.unknown-name', 12, 17, "did you mean 'user'?"],
    ['a\n{{ ruel }}', 'template.unknown-name', 13, 4, "did you mean 'rule'?"],
    ['{{ fields.usr }}', 'template.unknown-name', 12, 17, "did you mean 'user'?"],
    ['{{ user | tiem }}', 'template.unknown-filter', 12, 14, "did you mean 'time'?"],
    ['{{ user', 'template.syntax', 12, 14, undefined],
    ['{% if user %}', 'template.syntax', 12, 14, undefined],
    ['{% include "x" %}', 'template.syntax', 12, 14, undefined],
    ['{% render "x" %}', 'template.syntax', 12, 14, undefined],
    ['{% layout "x" %}', 'template.syntax', 12, 14, undefined],
    ['{{ user | where_exp: "x", line }}', 'template.unknown-filter', 12, 14, undefined],
    ['{{ user | sample }}', 'template.unknown-filter', 12, 14, undefined],
  ])('%s', (source, code, line, column, hint) => {
    expect(found(source)).toEqual([[code, line, column, hint]]);
  });

  test('all unknown names are told at once; known, built-in and own ones are none', () => {
    expect(found('{{ x1 }}{{ y1 }}')).toHaveLength(2);
    expect(
      found(
        '{{ user }}{{ fields.ip }}{{ rule }}{% assign z = ip %}{{ z }}{% for d in distinct %}{{ d }}{% endfor %}',
      ),
    ).toEqual([]);
  });

  test.each<[string, readonly string[]]>([
    [
      'a {{ user | tiem }}\n{{ usr }} {{ ip | shout | tiem }}{{ ip',
      [
        "12:16 template: undefined filter: tiem (did you mean 'time'?)",
        "13:4 template: no line of this rule gives 'usr' (did you mean 'user'?)",
        '13:11 template: undefined filter: shout',
        "13:11 template: undefined filter: tiem (did you mean 'time'?)",
        '13:34 template: output "{{ ip" not closed',
      ],
    ],
    [
      '{% if %}{{ x1 }}{% else %}{% endif %}{% nope %}{% endnope %}',
      [
        '12:19 template: invalid value expression: ""',
        "12:25 template: no line of this rule gives 'x1'",
        '12:51 template: tag "nope" not found',
      ],
    ],
    [
      '{% if user %}{{ user | a }}',
      ['12:14 template: tag {% if user %} not closed', '12:27 template: undefined filter: a'],
    ],
    [
      '{% endif %}{% raw %}{{ x1 }}',
      [
        '12:14 template: tag "endif" not found',
        '12:34 template: raw "{% raw %}{{ x1 }}" not closed',
        "12:37 template: no line of this rule gives 'x1'",
      ],
    ],
    // What is only unknown because of what was told already.
    ['{% assign z ip %}{{ z }}', ['12:26 template: expected "="']],
    [
      '{{ "| nope" | nope: usr }}{{ user | x }}',
      [
        '12:14 template: undefined filter: nope',
        "12:34 template: no line of this rule gives 'usr' (did you mean 'user'?)",
        '12:40 template: undefined filter: x',
      ],
    ],
  ])('all mistakes of %s are told at once, in their order', (source, mistakes) => {
    const { diagnostics } = templates.compile(source, known, place);
    expect(
      diagnostics.map(
        ({ line, column, message, hint }) =>
          `${line}:${column} ${message}${hint === undefined ? '' : ` (${hint})`}`,
      ),
    ).toEqual(mistakes);
    // Nothing of the search for more is left behind.
    expect(templates.compile('{{ user | ____ }}', known, place).ok).toBe(false);
  });

  test('whatever is cut out of a template, its mistakes are found and the search ends', () => {
    const whole =
      '{% for d in distinct %}{% if d | nope %}{{ d | x: "}}" }}{% else %}{{ q }}{% endif %}{% endfor %}';
    for (let begin = 0; begin < whole.length; begin += 3)
      for (let end = begin + 1; end <= whole.length; end += 2) {
        const cut = whole.slice(0, begin) + whole.slice(end);
        expect(templates.compile(cut, known, place).diagnostics.length, cut).toBeLessThan(12);
      }
    expect(found('{{ a | b }}'.repeat(200))).toHaveLength(50);
  });

  test('without knowledge of the fields any name may come', () => {
    expect(templates.compile('{{ anything }}', undefined, place).ok).toBe(true);
  });

  test('a source without end is refused', () => {
    expect(templates.compile('x'.repeat(100_000), undefined, place).ok).toBe(false);
  });
});
