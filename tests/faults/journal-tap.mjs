/** Loaded before the program by `node --import`: puts `journal-tap-sqlite.mjs` in front of its SQLite. */
import { register } from 'node:module';

const front = new URL('journal-tap-sqlite.mjs', import.meta.url).href;
const hooks = `export async function resolve(name, context, next) {
  const isSqlite = name === '@photostructure/sqlite' || name === 'node:sqlite';
  if (!isSqlite || context.parentURL === '${front}') return next(name, context);
  return { url: '${front}', shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
