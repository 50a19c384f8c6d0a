import type { Pass, TakeOut } from './redact.ts';

/**
 * Secrets that are known by their own form, whatever stands before them. Each expression is anchored to the
 * beginning of a word, or bounded, so that no text makes it look at the same characters again and again.
 */
const forms: readonly RegExp[] = [
  // AWS: access key ids, long-lived and temporary.
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  // GitHub, GitLab, npm, PyPI.
  /(?<![A-Za-z0-9])gh[opsur]_[A-Za-z0-9]{20,255}/g,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20,255}/g,
  /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,255}/g,
  /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g,
  /(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,255}/g,
  // Slack: tokens, and the secret part of a hook's address.
  /(?<![A-Za-z0-9])xox[abeoprs](?:-[A-Za-z0-9]{1,255}){2,8}/g,
  /(?<![A-Za-z0-9])xapp-\d-[A-Za-z0-9-]{10,255}/g,
  /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/]{12,255}/g,
  /(?<=discord(?:app)?\.com\/api\/webhooks\/\d{1,20}\/)[A-Za-z0-9_-]{20,255}/g,
  // Telegram's bots; Google; Stripe; SendGrid; OpenAI and Anthropic.
  /(?<![A-Za-z0-9])\d{8,12}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g,
  /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g,
  /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/g,
  /(?<![A-Za-z0-9])sk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,255}/g,
  // JSON Web Tokens (RFC 7519): both parts are JSON objects, which begin with {".
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{2,8192}(?:\.[A-Za-z0-9_-]{0,2048})?/g,
  /(?<![A-Za-z0-9])AGE-SECRET-KEY-1[A-Z0-9]{20,100}/g,
];

/** Without one of these no form can be in a text. */
const hint =
  /AKIA|ASIA|gh[opsur]_|github_pat_|gl[a-z]{2,4}-|npm_|pypi-|xox|xapp-|slack|discord|:AA|AIza|k_(?:live|test)_|SG\.|sk-|eyJ|AGE-|PRIVATE KEY|:\/\//;

/** Tokens and keys by their form, private keys, and passwords in addresses. */
export const secretsByForm: Pass = (text, take) => {
  if (!hint.test(text)) return text;
  const keyless = privateKeys(text, take);
  const bare = forms.reduce((rest, form) => rest.replace(form, (found) => take(found)), keyless);
  return bare.replace(userInfo, (_whole, before: string, word: string, at: string) =>
    isPlaceholder(word) ? `${before}${word}${at}` : `${before}${take(word)}${at}`,
  );
};

/** `scheme://user:password@` (RFC 3986, section 3.2.1); a password may hold an @ that nobody encoded. */
const userInfo =
  /(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s/?#:@"'<>]{0,128}:)([^\s/?#"'<>]{1,256})(@)(?=[^\s/?#@"'<>])/g;

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** From its first line to its last; one that was cut off, as far as it goes on in base 64. */
function privateKeys(text: string, take: TakeOut): string {
  if (!text.includes('PRIVATE KEY')) return text;
  const parts: string[] = [];
  let at = 0;
  begin.lastIndex = 0;
  for (let first = begin.exec(text); first !== null; first = begin.exec(text)) {
    const stop = endOfKey(text, begin.lastIndex);
    parts.push(text.slice(at, first.index), take(text.slice(first.index, stop)));
    at = stop;
    begin.lastIndex = stop;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(at);
}

/** Longer than any key that is used (16,384 bits in base 64). */
const longestKey = 32_768;
// A log may write the ends of lines as \n, and an armoured key has headers.
const keyText = /(?:[A-Za-z0-9+/=,:\s-]|\\[nr]){0,32768}/y;

function endOfKey(text: string, from: number): number {
  end.lastIndex = 0;
  const last = end.exec(text.slice(from, from + longestKey));
  if (last !== null) return from + last.index + last[0].length;
  keyText.lastIndex = from;
  const rest = keyText.exec(text)?.[0] ?? '';
  return from + rest.trimEnd().length;
}

/** What stands for a secret and is none: `***`, `<password>`, `${PASSWORD}`, `$1`, `%s`, `{{ secret }}`. */
export const isPlaceholder = (word: string): boolean =>
  /^(?:[*x.•]+|<[^>]*>|\[(?:secret|address|name|key|redacted|filtered|hidden|masked|removed|password|\*+)\]|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|%[sdvq]|\{\{?[^}]*\}\}?)$/i.test(
    word,
  );
