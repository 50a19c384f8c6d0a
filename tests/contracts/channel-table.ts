import type { ChannelKind } from '../../src/channels/contract.ts';
import { formatDuration } from '../../src/kit/duration.ts';

const begin = '<!-- kinds: written by tests/contracts/channel-table.test.ts -->';
const end = '<!-- end of kinds -->';

/** A page with the table of all kinds between its marks. */
export function withTable(page: string, kinds: readonly ChannelKind<unknown>[]): string {
  const [before, rest] = cut(page, begin);
  const [, after] = cut(rest, end);
  return `${before}${begin}\n\n${tableOf(kinds)}\n\n${end}${after}`;
}

/** The same text whether or not a formatter has aligned its table. */
export const unaligned = (page: string): string => page.replaceAll(/-{3,}/g, '---').replaceAll(/ {2,}/g, ' ');

function cut(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`the mark ${mark} is not on the page`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

const columns: readonly (readonly [name: string, cell: (kind: ChannelKind<unknown>) => string])[] = [
  ['kind', ({ kind }) => `\`${kind}\``],
  ['what it is', ({ summary }) => summary],
  ['length', lengthOf],
  ['budget', budgetsOf],
  ['price', ({ price }) => (price === undefined ? '' : `$${price}`)],
  ['tells the end', ({ resolved }) => (resolved ? 'yes' : '')],
  ['what follows', ({ followUps }) => followUps ?? ''],
  ['stays here', ({ local }) => (local === true ? 'yes' : '')],
  ['needs', ({ needs }) => needs ?? ''],
  ['shown against', ({ shownAgainst }) => shownAgainst ?? ''],
];

function tableOf(kinds: readonly ChannelKind<unknown>[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    row(columns.map(([name]) => name)),
    row(columns.map(() => '---')),
    ...kinds.map((kind) => row(columns.map(([, cell]) => cell(kind)))),
  ].join('\n');
}

function lengthOf({ shape, shapeFor }: ChannelKind<unknown>): string {
  const parts = shape.maxParts === 1 ? '' : ` × ${shape.maxParts}`;
  return `${shape.limit.toLocaleString('en')}${parts}${shapeFor === undefined ? '' : ' or as asked'}`;
}

function budgetsOf({ budgets }: ChannelKind<unknown>): string {
  return budgets
    .map(({ window, limit }) => `${limit.toLocaleString('en')} in ${formatDuration(window)}`)
    .join(', ');
}
