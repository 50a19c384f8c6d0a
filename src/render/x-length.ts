/** What X counts for any URL, however long (twitter-text configuration v3). */
const URL_WEIGHT = 23;

/**
 * The weighted length of a text as X counts it (twitter-text configuration v3): code points 0-4351,
 * 8192-8205, 8208-8223 and 8242-8247 count 1, all others 2, an emoji 2 however it is composed, after
 * normalisation to NFC. URLs count 23; since X's list of top-level domains changes, whatever has the
 * form of a host name counts at least 23. So the result is never less than X's, and equal where nothing
 * looks like a URL.
 */
export function weightedLength(text: string): number {
  const normal = text.normalize('NFC');
  return (PLAIN.test(normal) ? normal.length : weigh(normal)) + urlSurcharge(normal);
}

/** Nothing that counts 2 and nothing that an emoji could consist of. */
const PLAIN = /^[\u0000-\u10ff]*$/;

// As a string, because the flag v is newer than the language level of this project.
const EMOJI = new RegExp('\\p{RGI_Emoji}|[0-9#*]\\u20e3', 'gv');

function weigh(text: string): number {
  let weight = 0;
  let from = 0;
  for (const emoji of text.matchAll(EMOJI)) {
    weight += weighPoints(text.slice(from, emoji.index)) + weighEmoji(emoji[0]);
    from = emoji.index + emoji[0].length;
  }
  return weight + weighPoints(text.slice(from));
}

function weighPoints(text: string): number {
  let weight = 0;
  for (const char of text) weight += weightOf(char.codePointAt(0) ?? 0);
  return weight;
}

function weightOf(point: number): number {
  if (point <= 4351) return 1;
  if (point < 8192 || point > 8247) return 2;
  return point <= 8205 || (point >= 8208 && point <= 8223) || point >= 8242 ? 1 : 2;
}

/** Joined emoji that came after Unicode 13 may not be known to X: they count as what they consist of. */
const LATER = new RegExp(
  '\\u{1f9d4}|\\u{1faf1}|\\u{1f91d}.|[\\u{1f3fb}-\\u{1f3ff}]\\u200d\\u2764|' +
    '\\u200d[\\u{1f525}\\u{1fa79}\\u{1f4a8}\\u{1f4ab}\\u{1f32b}\\u{1f7e9}\\u{1f7eb}\\u{1f4a5}\\u{1f9d2}\\u2194\\u2195\\u27a1]',
  'u',
);

const weighEmoji = (emoji: string): number =>
  emoji.length > 3 && LATER.test(emoji) ? weighPoints(emoji) : 2;

/** Two labels at least, the last of them beginning with two letters: what X might take for a URL. */
const HOST_NAME = /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+/gi;

/** Labels in other scripts: each dot between them might end a URL of its own. */
const FOREIGN_DOT =
  /[^\u0000-\u007f]\.[^\u0000-\u007f]|[^\u0000-\u007f]\.[a-z]{2}|[a-z0-9_-]\.[^\u0000-\u007f]/gi;

function urlSurcharge(text: string): number {
  if (!text.includes('.')) return 0;
  let surcharge = 0;
  for (const [name] of text.matchAll(HOST_NAME)) {
    if (/\.[a-z]{2}/i.test(name)) surcharge += Math.max(0, URL_WEIGHT - name.length);
  }
  for (const found of text.matchAll(FOREIGN_DOT)) surcharge += found[0] === '' ? 0 : URL_WEIGHT;
  return surcharge;
}
