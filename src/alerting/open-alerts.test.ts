import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { beginAlert, episodeOf, type Episode } from './episode.ts';
import { createOpenAlerts } from './open-alerts.ts';

const moves = fc.array(
  fc.record({
    what: fc.constantFrom('open', 'close'),
    rule: fc.constantFrom('r', 's', ''),
    key: fc.array(fc.constantFrom('a', '', 'r', '["a"]'), { maxLength: 3 }),
  }),
);

function episodeFor(rule: string, key: readonly string[], order: number): Episode {
  const occurrence = {
    count: 1,
    first: instant(0),
    last: instant(0),
    fields: {},
    source: '',
    stream: '',
    offset: 0,
    line: '',
  };
  const alert = beginAlert(
    { id: String(order), rule, key, severity: 'info', occurrence, now: instant(0) },
    true,
  );
  return episodeOf({ order, alert });
}

test('finds what is open by rule and key, and nothing else, oldest first', () => {
  fc.assert(
    fc.property(moves, (all) => {
      const open = createOpenAlerts();
      const model = new Map<string, Episode>();
      for (const [order, { what, rule, key }] of all.entries()) {
        const name = JSON.stringify([rule, key]);
        const before = model.get(name);
        expect(open.get(rule, key)).toBe(before);
        if (what === 'open' && before === undefined) {
          const episode = episodeFor(rule, key, order);
          model.set(name, episode);
          open.add(episode);
        } else if (what === 'close' && before !== undefined) {
          model.delete(name);
          open.delete(before);
          expect(open.has(before)).toBe(false);
        }
        expect(open.size).toBe(model.size);
        expect([...open.values()]).toEqual([...model.values()]);
      }
      for (const { rule, key } of all) {
        expect(open.get(rule, key)).toBe(model.get(JSON.stringify([rule, key])));
      }
    }),
  );
});
