import type { OAuth1Keys } from './oauth1.ts';

/** A text of X without the keys: an answer may repeat the request, and what it says goes into logs. */
export function withoutKeys(text: string, keys: OAuth1Keys): string {
  const all = [keys.consumerSecret, keys.tokenSecret, keys.consumerKey, keys.token];
  return all.reduce<string>(
    (rest, key) => (key === undefined || key === '' ? rest : rest.replaceAll(key, '[key]')),
    text,
  );
}
