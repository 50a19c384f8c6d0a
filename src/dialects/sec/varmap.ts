import type { SecVarmap } from '../../engine/sec/program.ts';
import type { Report } from './report.ts';
import { parts, trim, type Text } from './text.ts';

/** A map that names nothing. */
export const NO_VARMAP: SecVarmap = { names: [], entries: [] };

/** Reads `name=number; …; ENTRY`. Empty parts at the end are skipped. */
export function readVarmap(source: Text, report: Report): SecVarmap {
  const items = parts(source, /;/g).map(trim);
  while (items.at(-1)?.text === '') items.pop();
  const names: { name: string; group: number }[] = [];
  const entries: string[] = [];
  for (const item of items) {
    const found = /^([A-Za-z]\w*)(?:[\t-\r ]*=[\t-\r ]*(\d+))?$/.exec(item.text);
    const [, name = '', group] = found ?? [];
    if (found === null) {
      report.error('varmap', item, 'a map holds name=number and names of cache entries, with ; between them');
    } else if (group === undefined) entries.push(name);
    else names.push({ name, group: Number(group) });
  }
  return { names, entries };
}
