import { assert, array, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { table } from './terminal.ts';

test('a cell can neither begin another row nor reach the terminal', () => {
  const cell = string({ unit: 'binary', maxLength: 12 });
  assert(
    property(array(array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
      const lines = table(rows).split('\n');
      expect(lines).toHaveLength(rows.length);
      for (const line of lines) expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
    { examples: [[[['A1\nFORGED', '\u001b[2J']]]] },
  );
});
