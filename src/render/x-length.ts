import { once } from '../kit/once.ts';

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
  if (PLAIN.test(text)) return text.length + urlSurcharge(text);
  let excess = 0;
  const bounded = text.replace(ENDLESS_MARKS, (run) => {
    excess += 2 * (run.length - MOST_MARKS);
    return run.slice(0, MOST_MARKS);
  });
  const normal = bounded.normalize('NFC');
  return weigh(normal) + excess + urlSurcharge(normal);
}

/** Each counts 1 and is its own NFC. */
const PLAIN = /^[\u0000-\u02ff]*$/;

/** Normalising a run of marks takes quadratic time; beyond this many they count 2 each as they are. */
const MOST_MARKS = 30;
const ENDLESS_MARKS = /\p{M}{31,}/gu;

// As a string, because the flag v is newer than the language level of this project. To compile it takes a
// fiftieth of a second.
const emojiPattern = once(() => new RegExp('\\p{RGI_Emoji}|[0-9#*]\\u20e3', 'gv'));

/** Without any of these there is no emoji that counts other than its code points. */
const COMPOSED = /\u200d|\u20e3|\ufe0f|[\u{1f1e6}-\u{1f1ff}]|[\u{1f3fb}-\u{1f3ff}]|[\u{e0020}-\u{e007f}]/u;

function weigh(text: string): number {
  if (!COMPOSED.test(text)) return weighPoints(text);
  let weight = 0;
  let from = 0;
  for (const emoji of text.matchAll(emojiPattern())) {
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

/** What may follow a joiner since Emoji 11; skin tones on both sides of a heart came later. */
const JOINED =
  /^(?!.*[\u{1f3fb}-\u{1f3ff}]\u200d\u2764)[^\u200d]+(?:\u200d[♀♂⚕⚖✈☠❤🌈🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳💋👦👧👨👩]\ufe0f?)+$/u;

/** What began to take a skin tone, a joiner or a selector only after Emoji 11, and one late flag. */
const LATE = /^(?:[♾⚧👫👬👭👯👰💏💑🤌🤏🤝🤵🤼🥷🦻🧍🧎🧏🧑🧔\u{1fac0}-\u{1faff}].|\u{1f1e8}\u{1f1f6})/u;

/** X may not know the newest emoji; those count as what they consist of, which is never less. */
function weighEmoji(emoji: string): number {
  const known = !LATE.test(emoji) && (!emoji.includes('\u200d') || JOINED.test(emoji));
  return known ? 2 : weighPoints(emoji);
}

const HOST_RUN = /[a-z0-9.-]+/gi;
const TOP_LEVEL = /^(?:[a-z]{2,}|xn--.*)$/i;

/** In other scripts each dot between labels might end a URL of its own. */
const FOREIGN_DOT = /[^\u0000-\u007f]\.(?:[a-z]{2}|[^\u0000-\u007f])|[a-z0-9_-]\.[^\u0000-\u007f]/gi;

/** After a scheme X takes more for a host than is one. */
const ODD_HOST = /:\/\/(?![a-z0-9.-]+(?:[\s/:?#]|$))/gi;

function urlSurcharge(text: string): number {
  if (!text.includes('.')) return 0;
  const odd = (text.match(FOREIGN_DOT)?.length ?? 0) + (text.match(ODD_HOST)?.length ?? 0);
  let surcharge = odd * URL_WEIGHT;
  for (const [run] of text.matchAll(HOST_RUN)) {
    if (run.includes('.')) surcharge += surchargeOfRun(run.split('.'));
  }
  return surcharge;
}

/** For each host name among the labels: what its shortest part that could be a URL lacks to 23. */
function surchargeOfRun(labels: readonly string[]): number {
  let surcharge = 0;
  let length = 0;
  let counted = false;
  for (const label of labels) {
    const name = label.replace(/^-+/, '');
    if (length === 0 || name.length < label.length || name === '') {
      length = 0;
      counted = false;
    }
    const before = length;
    length += (before === 0 ? 0 : 1) + name.length;
    if (before > 0 && !counted && TOP_LEVEL.test(name)) {
      surcharge += Math.max(0, URL_WEIGHT - length);
      counted = true;
    }
    if (name.endsWith('-')) length = 0;
  }
  return surcharge;
}
