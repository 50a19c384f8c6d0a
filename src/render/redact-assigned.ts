import type { Pass, TakeOut } from './redact.ts';
import { isPlaceholder } from './redact-forms.ts';

/** Names of secrets, wherever a longer name ends in one: `DB_PASSWORD`, `x-api-key`, `clientSecret`. */
const name =
  'pass(?:word|wd|phrase|code)|passwort|kennwort|mot_?de_?passe|contraseña|(?<![A-Za-z])pass|' +
  '(?<![A-Za-z])(?:pwd|psk|pw)|secret(?:[_-]?(?:key|access[_-]?key|token))?|' +
  'api[_ -]?key(?:[_-]?secret)?|apikey|access[_-]?key(?:[_-]?secret)?|private[_-]?key|signing[_-]?key|encryption[_-]?key|' +
  '(?<![A-Za-z])(?:auth|access|refresh|session|bearer|id|bot|csrf|api)[_-]?token|token|credentials?|' +
  '(?<![A-Za-z])(?:session[_-]?id|sessid|phpsessid|jsessionid)|connection[_-]?string';

const wholeName = new RegExp(`(?:${name})$`, 'i');

/** Whether a field of this name holds a secret. */
export const isSecretName = (field: string): boolean => field.length <= 128 && wholeName.test(field);

const quoted = String.raw`\\?"(?:[^"\\\n]|\\[^"\n]){0,4096}\\?"|\\?'(?:[^'\\\n]|\\[^'\n]){0,4096}\\?'`;
// A comma or a semicolon ends a value where a blank or the next name follows; a quote, where no letter does.
const bare = String.raw`(?:[^\s"'&,;]|[,;](?!\s|$|["']|[\w.-]{1,40}["']?[=:])|["'](?=[A-Za-z0-9])){1,4096}`;
const value = `(${quoted}|${bare})`;

/** `password=…`, `"token": "…"`, `secret => …`. */
const assigned = new RegExp(
  String.raw`((?:${name})(?:\\?["'\]])?[ \t]{0,3}(:=|=>|=|:|%3[Dd])[ \t]{0,3})${value}`,
  'gi',
);

/** `--password …` and `--token=…` of a command line. */
const option = new RegExp(
  String.raw`((?<![\w-])--?(?:[a-z]{1,20}-){0,3}(?:${name})[ \t]{1,3})(?!-)${value}`,
  'gi',
);

/** The fields of HTTP that carry credentials (RFC 9110, section 11.6.2; RFC 6265). */
const header =
  /((?<![A-Za-z])(?:proxy-)?authorization\\?["']?[ \t]{0,3}[:=][ \t]{0,3}\\?["']?(?:(?:basic|bearer|digest|token|negotiate|ntlm|apikey|aws4-hmac-sha256|oauth)[ \t]{1,3})?)([^\s"'\\]{2,4096}(?:,[ \t]?[\w-]{1,40}=[^\s,]{1,1024}){0,20})/gi;
const cookie =
  /((?<![A-Za-z])(?:set-)?cookie\\?["']?[ \t]{0,3}:[ \t]{0,3}\\?["']?[^\s=;"']{1,128}=)([^\s;"'\\]{1,4096}(?:;[ \t]?[^\s=;"'\\]{1,128}=[^\s;"'\\]{1,4096}){0,40})/gi;
const bearer = /((?<![A-Za-z])bearer[ \t]{1,3})([A-Za-z0-9._~+/-]{16,4096}={0,2})/gi;

/** `curl -u user:password`. */
const userOption = /((?<![\w-])(?:-u|--user|--proxy-user)[ =]["']?[^\s:"']{1,64}:)([^\s"']{1,256})/g;

/** `identified by 'x'`, `PASSWORD('x')`. */
const sql =
  /((?<![A-Za-z])(?:identified[ \t]{1,3}by(?:[ \t]{1,3}password)?[ \t]{1,3}|password[ \t]?\([ \t]?))('[^'\n]{1,1024}'|"[^"\n]{1,1024}")/gi;

/** A long random word behind a word that announces one: `token 9f86d081884c…`, `secret key is …`. */
const announced =
  /((?<![A-Za-z])(?:token|secret|key|password|passphrase|credentials?)(?: is| was)?[ \t]{1,3}["'(]?)([A-Za-z0-9+/_=-]{20,4096})/gi;

const hint =
  /pass|pw|psk|secret|token|key|auth|bearer|cookie|sess|credential|kennwort|contrase|identified|connection|-u|-user/i;

/** Secrets that are announced by a name before them. */
export const secretsByName: Pass = (text, take) => {
  if (!hint.test(text)) return text;
  const always = (whole: string, before: string, found: string): string =>
    isPlaceholder(found) ? whole : `${before}${take(found)}`;
  return text
    .replace(header, (whole, before: string, found: string) =>
      isProse(found) ? whole : always(whole, before, found),
    )
    .replace(cookie, always)
    .replace(bearer, (whole, before: string, found: string) =>
      /\d/.test(found) ? always(whole, before, found) : whole,
    )
    .replace(sql, (whole, before: string, found: string) =>
      isPlaceholder(inner(found)) ? whole : `${before}${takeValue(found, take)}`,
    )
    .replace(assigned, (whole, before: string, sign: string, found: string) =>
      isHarmless(before, sign, found) ? whole : `${before}${takeValue(found, take)}`,
    )
    .replace(option, (whole, before: string, found: string) =>
      isHarmless(before, '=', found) ? whole : `${before}${takeValue(found, take)}`,
    )
    .replace(userOption, (whole, before: string, found: string) =>
      /^\d+$/.test(found) ? whole : always(whole, before, found),
    )
    .replace(announced, (whole, before: string, found: string) =>
      looksRandom(found) && !isPublic(found) ? `${before}${take(found)}` : whole,
    );
};

/** Takes out what stands between the quotes, or without the brackets that close what is around it. */
function takeValue(found: string, take: TakeOut): string {
  const quote = /^\\?["']/.exec(found)?.[0] ?? '';
  if (quote !== '' && found.length > quote.length && found.endsWith(quote)) {
    return `${quote}${take(found.slice(quote.length, -quote.length))}${quote}`;
  }
  const tail = /[)\]}>.,;]{1,8}$/.exec(found)?.[0] ?? '';
  return tail.length === found.length
    ? take(found)
    : `${take(found.slice(0, found.length - tail.length))}${tail}`;
}

const inner = (found: string): string => found.replace(/^\\?["']|\\?["']$/g, '');

/** What stands behind the name of a secret and says something about it instead of being it. */
const prose =
  /^(?:accepted|account|authentication|auth|bad|cannot|changed|chauthtok|change|correct|could|denied|disabled|does|empty|enabled|error|expired|expires|failed|failure|false|for|found|from|generated|has|hidden|in|incorrect|invalid|is|it|length|masked|mismatch|mismatched|missing|must|needed|never|new|nil|no|none|not|null|off|ok|old|on|or|provided|recorded|redacted|rejected|removed|required|reset|revoked|rotated|scheme|session|set|setcred|signature|success|successful|successfully|synchronized|the|too|true|undefined|unexpected|unknown|unset|unused|updated|user|using|valid|was|weak|with|wrong|yes)\W{0,2}$/i;

const isProse = (word: string): boolean => prose.test(word);

function isHarmless(before: string, sign: string, found: string): boolean {
  const word = inner(found);
  if (closedPlaceholder(word) || isProse(word)) return true;
  // A function, whose argument stands in quotes.
  if (/^\w{1,40}\($/.test(word)) return true;
  // The tag of a program: `gdm-password]: text`. In names of parameters (`user[password]=x`) no colon follows.
  if (/\][ \t]*:[ \t]*$/.test(before)) return true;
  // sudo and shells tell the working directory as PWD=/home/bob.
  if (/(?:^|[^A-Za-z])pwd\W{1,4}$/i.test(before) && /^[/~.]/.test(word)) return true;
  // `token: '}'` and the like of parsers.
  return sign === ':' && !/[A-Za-z0-9]/.test(word.length < 3 ? word.slice(1) : word);
}

/** One that brackets or the end of a sentence follow. */
function closedPlaceholder(word: string): boolean {
  for (let length = word.length; length > 0 && length >= word.length - 8; length -= 1) {
    if (isPlaceholder(word.slice(0, length))) return true;
    if (!/[)\]}>.,;]/.test(word.charAt(length - 1))) return false;
  }
  return false;
}

const isPublic = (word: string): boolean => word.startsWith('AAAA');

/** A hash, a UUID, or letters of both cases mixed with digits. */
function looksRandom(word: string): boolean {
  const body = word.replace(/=+$/, '');
  if (/^[0-9a-f]{24,}$/i.test(body)) return /\d/.test(body) && /[a-f]/i.test(body);
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(body)) return true;
  return /\d/.test(body) && /[a-z]/.test(body) && /[A-Z]/.test(body);
}
