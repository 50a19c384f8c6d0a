import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapOf, plain, type MapTree } from '../../src/config/tree.ts';
import { mergeBeside, mergeOver } from '../../src/config/merge.ts';
import { loadTexts } from '../contracts/config-texts.ts';

const place = (file: string) => ({ file, line: 1, column: 1 });
const root = place('root');
const treeOf = (data: object, file = 'f'): MapTree => mapOf(data, place(file));
const dataOf = (tree: MapTree): unknown => plain(tree);

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const rule = fc.record(
  { match: fc.string({ minLength: 1, maxLength: 4 }), quiet: fc.constantFrom('1m', '2m') },
  { requiredKeys: [] },
);
const rules = fc
  .dictionary(name, rule)
  .map((byId) => Object.entries(byId).map(([id, rest]) => ({ id, ...rest })));
const sources = fc.dictionary(name, fc.record({ file: fc.string() }));
const file = fc.record({ sources, rules, late: fc.constant('5m') }, { requiredKeys: [] });

describe('files beside each other', () => {
  test('one alone stays as it is, and an empty one changes nothing', () => {
    fc.assert(
      fc.property(file, (data) => {
        expect(dataOf(mergeBeside([treeOf(data)], root).tree)).toEqual(data);
        const merged = mergeBeside([treeOf({}), treeOf(data), treeOf({})], root);
        expect(dataOf(merged.tree)).toEqual(data);
        expect(merged.diagnostics).toEqual([]);
      }),
    );
  });

  test('how they are bracketed does not matter', () => {
    fc.assert(
      fc.property(file, file, file, (a, b, c) => {
        const [x, y, z] = [treeOf(a, 'a'), treeOf(b, 'b'), treeOf(c, 'c')];
        const left = mergeBeside([mergeBeside([x, y], root).tree, z], root).tree;
        const right = mergeBeside([x, mergeBeside([y, z], root).tree], root).tree;
        expect(dataOf(left)).toEqual(dataOf(right));
        expect(dataOf(left)).toEqual(dataOf(mergeBeside([x, y, z], root).tree));
      }),
    );
  });

  test('maps do not care for the order of files, and either order finds the same things given twice', () => {
    const maps = fc.record({ sources, late: fc.constant('5m') }, { requiredKeys: [] });
    fc.assert(
      fc.property(maps, maps, (a, b) => {
        const one = mergeBeside([treeOf(a, 'a'), treeOf(b, 'b')], root);
        const other = mergeBeside([treeOf(b, 'b'), treeOf(a, 'a')], root);
        const messages = (merged: typeof one) =>
          merged.diagnostics
            .map(({ message }) => message.split(',')[0])
            .toSorted((x = '', y = '') => x.localeCompare(y));
        expect(messages(one)).toEqual(messages(other));
        if (one.diagnostics.length === 0) expect(dataOf(one.tree)).toEqual(dataOf(other.tree));
      }),
    );
  });

  test('nothing is lost: every key of every file is in the whole or told', () => {
    fc.assert(
      fc.property(file, file, (a, b) => {
        const merged = mergeBeside([treeOf(a, 'a'), treeOf(b, 'b')], root);
        const whole = dataOf(merged.tree) as typeof a;
        const both = Object.keys(a.sources ?? {}).filter((key) => key in (b.sources ?? {}));
        expect(Object.keys(whole.sources ?? {}).toSorted()).toEqual(
          [...new Set([...Object.keys(a.sources ?? {}), ...Object.keys(b.sources ?? {})])].toSorted(),
        );
        expect(whole.rules ?? []).toEqual([...(a.rules ?? []), ...(b.rules ?? [])]);
        expect(merged.diagnostics.filter(({ code }) => code === 'config.given-twice')).toHaveLength(
          both.length + (a.late !== undefined && b.late !== undefined ? 1 : 0),
        );
      }),
    );
  });
});

describe('overlays', () => {
  const changed = (base: object, overlay: object): { rules?: { id: string }[]; routes?: unknown[] } =>
    dataOf(mergeOver(treeOf(base, 'base'), treeOf(overlay, 'overlay')).tree) as never;

  test('an overlay changes the keys it names of the rules it names, keeps their order, and adds the others', () => {
    fc.assert(
      fc.property(rules, rules, (base, overlay) => {
        const result = changed({ rules: base }, { rules: overlay }).rules ?? [];
        const ids = base.map(({ id }) => id);
        expect(result.map(({ id }) => id)).toEqual([
          ...ids,
          ...overlay.map(({ id }) => id).filter((id) => !ids.includes(id)),
        ]);
        for (const got of result) {
          const before = base.find(({ id }) => id === got.id);
          const over = overlay.find(({ id }) => id === got.id);
          expect(got).toEqual({ ...before, ...over });
        }
      }),
    );
  });

  test('the same overlay twice is the same as once, and an empty one changes nothing', () => {
    fc.assert(
      fc.property(rules, rules, (base, overlay) => {
        const once = changed({ rules: base }, { rules: overlay });
        expect(changed(once, { rules: overlay })).toEqual(once);
        expect(changed({ rules: base }, {})).toEqual({ rules: base });
      }),
    );
  });

  test('what an overlay does not name keeps its place, what it names has the place of the overlay', () => {
    const { tree } = mergeOver(
      treeOf({ rules: [{ id: 'r', match: 'x', alert: { severity: 'info', title: 't' } }] }, 'base'),
      treeOf({ rules: [{ id: 'r', alert: { severity: 'critical' } }] }, 'overlay'),
    );
    const list = tree.entries.get('rules')?.value;
    const merged = list?.type === 'list' ? list.items[0] : undefined;
    const alert = merged?.type === 'map' ? merged.entries.get('alert')?.value : undefined;
    if (alert?.type !== 'map') throw new Error('no alert');
    expect(alert.entries.get('severity')?.value.place.file).toBe('overlay');
    expect(alert.entries.get('title')?.value.place.file).toBe('base');
  });

  test('routes of an overlay come first; match is replaced whole', () => {
    expect(changed({ routes: [1, 2] }, { routes: [3] }).routes).toEqual([3, 1, 2]);
    const base = { rules: [{ id: 'r', match: { literal: 'a', in: 'line' } }] };
    expect(changed(base, { rules: [{ id: 'r', match: { pattern: 'b' } }] })).toEqual({
      rules: [{ id: 'r', match: { pattern: 'b' } }],
    });
  });
});

test('a folder is read in its order: the main file, the others, conf.d, then overlays', async () => {
  const rule = (id: string): string => `rules: [{ id: ${id}, match: x, alert: {} }]`;
  const loaded = await loadTexts(
    {
      'etc/conf.d/z.yaml': rule('d'),
      'etc/conf.d/a.local.yaml': 'rules: [{ id: a, enabled: false }]',
      'etc/a.yaml': rule('b'),
      'etc/b.yaml': rule('c'),
      'etc/sentinel.yaml': rule('a'),
      'etc/.hidden.yaml': 'nonsense',
      'etc/0.local.yaml': rule('e'),
    },
    ['etc'],
  );
  expect(loaded.diagnostics).toEqual([]);
  expect(loaded.ok && loaded.value.program.rules.map(({ id }) => id)).toEqual(['b', 'c', 'd', 'e']);
  expect(loaded.ok && loaded.value.files).toEqual([
    'etc/sentinel.yaml',
    'etc/a.yaml',
    'etc/b.yaml',
    'etc/conf.d/z.yaml',
    'etc/0.local.yaml',
    'etc/conf.d/a.local.yaml',
  ]);
});
