/**
 * SQLite as the program knows it, which also copies every input that goes into the journal into the file
 * named by JOURNAL_TAP, one JSON line each, because a checkpoint empties the journal.
 */
import { appendFileSync } from 'node:fs';

const builtIn = Number.parseInt(process.versions.node, 10) >= 24;
const sqlite = await import(builtIn ? 'node:sqlite' : '@photostructure/sqlite');
const tap = process.env['JOURNAL_TAP'] ?? '';

export function DatabaseSync(...parts) {
  const database = new sqlite.DatabaseSync(...parts);
  const prepare = database.prepare.bind(database);
  return Object.defineProperty(database, 'prepare', { value: (sql) => tapped(sql, prepare(sql)) });
}

function tapped(sql, statement) {
  if (tap === '' || !sql.startsWith('INSERT INTO journal')) return statement;
  const run = statement.run.bind(statement);
  const copying = (...values) => {
    appendFileSync(tap, `${JSON.stringify(values)}\n`);
    return run(...values);
  };
  return Object.defineProperty(statement, 'run', { value: copying });
}
