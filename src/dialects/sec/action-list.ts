import { closest } from '../../kit/distance.ts';
import type { SecAction, SecActions } from '../../engine/sec/program.ts';
import { createParameters } from './action-parameters.ts';
import { actionForms } from './action-table.ts';
import { checkParens, depths } from './parens.ts';
import type { Reading } from './reading.ts';
import { cut, trim, type Text } from './text.ts';

/**
 * Reads actions with semicolons between them. Semicolons inside of parentheses belong to an action; empty
 * parts at the end are nothing, elsewhere they are a mistake.
 */
export function readActions(source: Text, reading: Reading): SecActions {
  if (!checkParens(source, reading.report)) return [];
  const items = splitActions(source).map(trim);
  while (items.at(-1)?.text === '') items.pop();
  return items.flatMap((item) => readAction(item, reading));
}

function splitActions(source: Text): readonly Text[] {
  if (!source.text.includes(';')) return [source];
  const inside = depths(source.text);
  const found: Text[] = [];
  let from = 0;
  for (const { index } of source.text.matchAll(/;/g)) {
    if (inside[index] === true) continue;
    found.push(cut(source, from, index));
    from = index + 1;
  }
  return [...found, cut(source, from)];
}

function readAction(source: Text, reading: Reading): readonly SecAction[] {
  const name = /^[^\t-\r ]*/.exec(source.text)?.[0] ?? '';
  const form = Object.hasOwn(actionForms, name.toLowerCase()) ? actionForms[name.toLowerCase()] : undefined;
  if (form === undefined) {
    reportName(name, source, reading);
    return [];
  }
  const parameters = createParameters(cut(source, name.length), form.usage, reading, readActions);
  const before = reading.report.errors();
  const action = form.read(parameters);
  const extra = parameters.left();
  if (extra.text !== '' && reading.report.errors() === before) {
    reading.report.error('action', extra, 'nothing is expected here', `the form is ${form.usage}`);
  }
  return [action];
}

function reportName(name: string, source: Text, { report }: Reading): void {
  if (name === '') return report.error('action', source, 'an action is missing between two semicolons');
  const bare = /^[A-Za-z]*/.exec(name)?.[0] ?? '';
  const near = closest(bare, Object.keys(actionForms));
  const hint = near === undefined ? undefined : `did you mean ${near}? A blank follows its name`;
  report.error('action', source, `there is no action '${name}'`, hint);
}
