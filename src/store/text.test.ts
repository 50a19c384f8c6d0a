import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadSqlite } from './sqlite/driver.ts';
import { fromText, toText } from './text.ts';

const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom('\0', '\u0001', '\ud800', '\udc00', '"', 'a', 'é', '😀') }),
  fc.string({ unit: 'binary' }),
);

test('every string comes back from a TEXT cell as it went in', async () => {
  const sqlite = await loadSqlite();
  if (!sqlite.ok) throw new Error(sqlite.detail);
  const database = sqlite.open(':memory:', { readOnly: false, busyMs: 0 });
  database.exec('CREATE TABLE cell (value TEXT NOT NULL) STRICT; INSERT INTO cell VALUES (0)');
  const write = database.prepare('UPDATE cell SET value = ?');
  const read = database.prepare('SELECT value FROM cell');
  fc.assert(
    fc.property(hostile, (value) => {
      write.run(toText(value));
      expect(fromText(String(read.get()?.['value']))).toBe(value);
    }),
    { numRuns: 1000 },
  );
});

test('different strings stay different, so that no two keys share a row', () => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      expect(toText(a) === toText(b)).toBe(a === b);
    }),
  );
});

test('ordinary text is kept as it is, for a human with the sqlite3 shell', () => {
  expect(toText('/var/log/auth.log')).toBe('/var/log/auth.log');
  expect(toText('Müller 😀')).toBe('Müller 😀');
});
