import type { OAuth1Keys } from './oauth1.ts';

/** A text of X without the keys: an answer may repeat the request, and what it says goes into logs. */
export const withoutKeys = (text: string, keys: OAuth1Keys): string =>
  withoutTexts(text, [keys.consumerSecret, keys.tokenSecret, keys.consumerKey, keys.token]);

/** A text without these. */
export function withoutTexts(text: string, keys: readonly (string | undefined)[]): string {
  return keys.reduce<string>(
    (rest, key) => (key === undefined || key === '' ? rest : rest.replaceAll(key, '[key]')),
    text,
  );
}
