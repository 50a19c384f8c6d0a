import { safeLine } from '../kit/terminal.ts';
import { cellsOf, cutCells, fit } from './top-width.ts';

/** How a piece of a line looks, where there is colour. */
export type Style = 'plain' | 'strong' | 'dim' | 'good' | 'bad' | 'doubtful';

export interface Piece {
  readonly text: string;
  readonly style?: Style;
}

/** One line of a screen. Its texts are harmless to a terminal already. */
export type Line = readonly Piece[];

/** A text from elsewhere as one that takes the cells it seems to take: a tab would go as far as it likes. */
export const cellText = (text: string): string => safeLine(text).replaceAll('\t', ' ');

/** What a screen shows: a part that stays on top, and one that can be scrolled through. */
export interface View {
  readonly top: readonly Line[];
  readonly body: readonly Line[];
}

/** One column of a table; the last one takes what is left. */
export interface Column {
  readonly name: string;
  /** In cells. */
  readonly width: number;
  readonly align?: 'left' | 'right';
}

/** The heading of a table. */
export const headingOf = (columns: readonly Column[]): Line => [
  { text: columns.map(({ name, width, align }) => fit(name, width, align)).join('  '), style: 'dim' },
];

/** A row of a table: as many cells as there are columns. */
export const rowOf = (columns: readonly Column[], cells: Line): Line =>
  cells.flatMap((cell, index) => {
    const column = columns[index];
    const isLast = index === columns.length - 1;
    const text =
      column === undefined || isLast ? cell.text : `${fit(cell.text, column.width, column.align)}  `;
    return [{ ...cell, text }];
  });

const codes: { readonly [Name in Exclude<Style, 'plain'>]: string } = {
  strong: '1',
  dim: '2',
  good: '32',
  bad: '31;1',
  doubtful: '33',
};

/** A line as bytes for a terminal of this width, cut between graphemes. */
export function drawn(line: Line, width: number, isColoured: boolean): string {
  let left = width;
  let text = '';
  for (const piece of line) {
    if (left <= 0) break;
    const shown = cutCells(piece.text, left);
    left -= shown === piece.text ? cellsOf(shown) : left;
    const { style = 'plain' } = piece;
    text += style === 'plain' || !isColoured ? shown : `\u001b[${codes[style]}m${shown}\u001b[0m`;
  }
  return text;
}
