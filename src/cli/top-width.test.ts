import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphemes } from '../kit/text.ts';
import { cellsOf, cutCells, fit } from './top-width.ts';

test.each([
  ['plain', 5],
  ['', 0],
  ['漢字', 4],
  ['ｆｕｌｌ', 8],
  ['한국', 4],
  ['e\u0301', 1],
  ['👩‍👩‍👧‍👦', 2],
  ['🇫🇷', 2],
  ['☎', 1],
  ['☎\ufe0f', 2],
  ['ﾊﾝｶｸ', 4],
  ['Ä±Ω', 3],
])('%j takes %d cells', (text, cells) => {
  expect(cellsOf(text)).toBe(cells);
});

test('what is cut is a beginning of whole graphemes that fits, and as long as can be', () => {
  const texts = fc.array(fc.constantFrom('a', 'é', 'e\u0301', '漢', '👩‍👩‍👧‍👦', '🇫🇷', ' ', 'ﾊ', '☎\ufe0f'), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(texts, fc.nat(40), (parts, width) => {
      const text = parts.join('');
      const cut = cutCells(text, width);
      expect(cellsOf(cut)).toBeLessThanOrEqual(width);
      if (cellsOf(text) <= width || width === 0) {
        expect(cut).toBe(width === 0 ? '' : text);
        return;
      }
      expect(cut.endsWith('…')).toBe(true);
      const kept = [...graphemes(cut.slice(0, -1))];
      const all = [...graphemes(text)];
      expect(all.slice(0, kept.length)).toEqual(kept);
      // One more would have taken the place of the ellipsis.
      expect(cellsOf(all.slice(0, kept.length + 1).join(''))).toBeGreaterThan(width - 1);
    }),
  );
});

test('what is fitted takes exactly its width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      expect(cellsOf(fit(text, width))).toBe(width);
      expect(cellsOf(fit(text, width, 'right'))).toBe(width);
    }),
  );
});
