/**
 * Text without what X refuses or what deceives a reader: controls become blanks, controls of writing
 * direction and code points that X calls invalid become U+FFFD, invisible ones go. Newlines and tabs
 * stay, joiners stay between characters that need them.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(INVISIBLE, '')
    .replace(DECEIVING, '\ufffd')
    .replace(CONTROL, ' ')
    .replace(JOINERS, usefulJoiners)
    .replace(MARKS, '$1');
}

const INVISIBLE = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u{e0001}]/gu;
const DECEIVING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/gu;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

/** More marks on one letter no language needs (UAX 15, stream-safe text); they cost quadratic time. */
const MARKS = /(\p{M}{30})\p{M}+/gu;

/** Joiners and variation selectors, with what stands before and after them. */
const JOINERS = /(?<=((?!\u200c|\u200d|[\ufe00-\ufe0f]).)?)(?:\u200c|\u200d|[\ufe00-\ufe0f])+(?=(.)?)/gsu;

/** Next to ASCII and to signs they do nothing but hide a name from whoever looks for it. */
function usefulJoiners(run: string, before: string | undefined, after: string | undefined): string {
  if (run === '\ufe0f' && after === '\u20e3' && before !== undefined && /[0-9#*]/.test(before)) return run;
  if (before === undefined || ASCII_OR_SIGN.test(before)) return '';
  return after === undefined || ASCII_OR_SIGN.test(after) ? run.replace(/[\u200c\u200d]+$/, '') : run;
}

const ASCII_OR_SIGN = /[\u0000-\u007f＠＃＄]/;

/**
 * Text in which X finds no mention, hashtag, cashtag or URL: `@ root`, `# 1`, `$ PATH`, `Main[.]java`.
 * The marks are visible on purpose: what an operator copies must not hide anything. Doing it twice
 * changes nothing more.
 */
export function neutraliseForPost(text: string): string {
  return cleanText(text)
    .replace(MENTION, '$& ')
    .replace(HASHTAG, '$& ')
    .replace(CASHTAG, '$& ')
    .replace(HOST_DOT, '[.]')
    .replace(ADDRESS_BEHIND_SCHEME, '$1[.]')
    .replace(ADDRESS_BEFORE_PATH, '$1[.]');
}

/** Not after a letter or digit: `user@host` is no mention. */
const MENTION = /(?<![a-z0-9_])[@＠](?=[a-z0-9_])/gi;

/** Not before a number alone, which is no hashtag, nor as a keycap emoji. */
const HASHTAG =
  /(?<![a-z0-9_])[#＃](?![0-9]+(?![\p{L}\p{M}\p{N}_]|[^\u0000-\u007f]))(?=[\p{L}\p{M}\p{N}_]|[^\u0000-\u007f])(?!\ufe0f?\u20e3)/giu;

const CASHTAG = /[$＄](?=[a-z])/gi;

/** A dot that could stand before a top-level domain, present or future: before two letters. */
const HOST_DOT = /(?<=[^\s./])\.(?=[a-z]{2}|[^\u0000-\u007f])/giu;

/** The last dot of an IPv4 address behind a scheme, and of one before a port or a path. */
const ADDRESS_BEHIND_SCHEME = /(?<=\/\/)(\d{1,3}\.\d{1,3}\.\d{1,3})\.(?=\d{1,3}\b)/g;
const ADDRESS_BEFORE_PATH = /\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.(?=\d{1,3}[:/])/g;
