/** Where one character of a file stands; line and column from 1. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** The characters from `at` on stand one after another in the file, beginning at the spot. */
interface Piece extends Spot {
  readonly at: number;
}

/** Text of a rule file that knows where each of its characters stands, also after lines were joined. */
export interface Text {
  readonly text: string;
  /** In order of `at`; the first is of character 0. */
  readonly pieces: readonly Piece[];
}

/** Text that stands in one piece. */
export const textAt = (text: string, { line, column }: Spot): Text => ({
  text,
  pieces: [{ at: 0, line, column }],
});

/** Where the character at `offset` stands; offsets past the end are counted on. */
export function spotOf({ pieces }: Text, offset = 0): Spot {
  const piece = pieces.findLast(({ at }) => at <= offset) ?? pieces[0];
  if (piece === undefined) return { line: 1, column: 1 };
  return { line: piece.line, column: piece.column + offset - piece.at };
}

/** The characters from `from` up to `to`. */
export function cut(source: Text, from: number, to = source.text.length): Text {
  const inner = source.pieces.filter(({ at }) => at > from && at < to);
  const first: Piece = { at: 0, ...spotOf(source, from) };
  return {
    text: source.text.slice(from, to),
    pieces: [first, ...inner.map((piece) => ({ ...piece, at: piece.at - from }))],
  };
}

/** Texts one after another. */
export function concat(first: Text, others: readonly Text[]): Text {
  let { text } = first;
  const pieces = [...first.pieces];
  for (const other of others) {
    const before = text.length;
    for (const piece of other.pieces) pieces.push({ ...piece, at: piece.at + before });
    text += other.text;
  }
  return { text, pieces };
}

/** The text without the blanks at its ends. Blanks are ASCII's: the text is one of bytes. */
export function trim(source: Text): Text {
  const from = /[^\t-\r ]/.exec(source.text)?.index ?? source.text.length;
  const to = source.text.length - (/[\t-\r ]*$/.exec(source.text)?.[0].length ?? 0);
  return cut(source, from, Math.max(from, to));
}

/** The words between blanks, in order. */
export function words(source: Text): readonly Text[] {
  return [...source.text.matchAll(/[^\t-\r ]+/g)].map(({ index, 0: word }) =>
    cut(source, index, index + word.length),
  );
}

/** What stands between the separators, which is matched globally. */
export function parts(source: Text, separator: RegExp): readonly Text[] {
  const found: Text[] = [];
  let from = 0;
  for (const { index, 0: sign } of source.text.matchAll(separator)) {
    found.push(cut(source, from, index));
    from = index + sign.length;
  }
  return [...found, cut(source, from)];
}
