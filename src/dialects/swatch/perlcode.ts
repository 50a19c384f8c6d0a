import { cut, type Text } from '../sec/text.ts';
import type { Report } from './report.ts';

/** An assignment of a fixed text or number, which is all of Perl that rules need: `my $name = '…';`. */
const ASSIGNMENT =
  /^(?:(?:my|our|local)\s+)?\$([A-Za-z_]\w*)\s*=\s*(?:(?:qr)?(['"/])((?:\\[^]|[^\\])*?)\2|(-?(?:0|[1-9]\d{0,14})))\s*;?\s*$/;

/** Takes a constant out of `perlcode`; other code is left out, and told. */
export function readPerlcode(value: Text, constants: Map<string, string>, report: Report): void {
  const [depth = ''] = /^\d+\s+/.exec(value.text) ?? [];
  const code = cut(value, depth.length);
  const found = ASSIGNMENT.exec(code.text);
  const [, name = '', quote = '', body = '', number] = found ?? [];
  const fixed = found !== null && Number(depth) < 2 && (quote === "'" || !/[$@]\w/.test(body));
  if (!fixed) {
    const hint = "a fixed text is known: perlcode my $name = 'text';";
    return report.leftOut('perlcode', value, 'Perl code is not run', hint);
  }
  if (number !== undefined) constants.set(name, number);
  else constants.set(name, quote === "'" ? body.replaceAll(/\\([\\'])/g, '$1') : body);
}
