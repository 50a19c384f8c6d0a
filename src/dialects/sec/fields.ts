import { hashText } from '../../kit/hash.ts';
import { joinLines } from './lines.ts';
import type { Report } from './report.ts';
import { cut, spotOf, type Spot, type Text } from './text.ts';

/** One rule of a file as written: `keyword = value`, each keyword once. */
export interface RuleBlock {
  /** Where its first line begins. */
  readonly spot: Spot;
  readonly fields: ReadonlyMap<string, Field>;
  /** Names given to it, or without any field to the next rule. */
  readonly labels: readonly Text[];
  readonly hash: string;
}

export interface Field {
  readonly keyword: Text;
  readonly value: Text;
}

const FIELD = /^([A-Za-z\d]+)([\t-\r ]*=[\t-\r ]*)(?=[^\t-\r ])/;

/**
 * Cuts a rule file into rules: an empty line, a comment and the end of the file end one. Lines that are no
 * fields are reported and skipped, the rule around them stays.
 */
export function readBlocks(text: string, report: Report): readonly RuleBlock[] {
  const blocks: RuleBlock[] = [];
  let block = openBlock();
  const { lines, open } = joinLines(text);
  for (const line of lines) {
    if (line.text === '' || line.text.startsWith('#')) {
      close(block, blocks);
      block = openBlock();
    } else addLine(line, block, report);
  }
  close(block, blocks);
  if (open !== undefined) {
    report.warning('open-line', open, 'the file ends in a line that goes on: SEC drops this line');
  }
  return blocks;
}

interface OpenBlock {
  spot: Spot | undefined;
  readonly fields: Map<string, Field>;
  readonly labels: Text[];
}

const openBlock = (): OpenBlock => ({ spot: undefined, fields: new Map(), labels: [] });

function addLine(line: Text, block: OpenBlock, report: Report): void {
  const found = FIELD.exec(line.text);
  if (found === null) return reportLine(line, report);
  const [head, name = ''] = found;
  const field: Field = { keyword: cut(line, 0, name.length), value: cut(line, head.length) };
  block.spot ??= spotOf(line);
  if (name === 'rem') return;
  if (name === 'label') {
    block.labels.push(field.value);
    return;
  }
  if (block.fields.has(name)) {
    report.warning('repeated', field.keyword, `'${name}' stands twice in this rule: the last one counts`);
  }
  block.fields.set(name, field);
}

function reportLine(line: Text, report: Report): void {
  const name = /^[A-Za-z\d]+[\t-\r ]*=/.exec(line.text);
  if (name === null) report.warning('line', line, 'this line is not keyword=value: it is skipped');
  else report.warning('line', line, 'this keyword has no value: the line is skipped');
}

function close({ spot, fields, labels }: OpenBlock, blocks: RuleBlock[]): void {
  if (spot === undefined) return;
  const texts = [...fields].map(([name, { value }]) => `${name}=${value.text}`);
  blocks.push({ spot, fields, labels, hash: hashText(texts.join('\n')) });
}
