/** The application's key and secret, and the user's once there are any (RFC 5849, section 1.1). */
export interface OAuth1Keys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token?: string;
  readonly tokenSecret?: string;
}

/** What is signed. `form`: the parameters of a body of type application/x-www-form-urlencoded. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly form?: readonly Parameter[];
  /** Further protocol parameters, such as `oauth_verifier`. */
  readonly oauth?: readonly Parameter[];
}

/** What makes a signature unique: never the same twice for one timestamp (RFC 5849, section 3.3). */
export interface Freshness {
  readonly nonce: string;
  /** Seconds since the epoch, by the server's clock. */
  readonly timestamp: number;
}

export type Parameter = readonly [name: string, value: string];

/** HMAC-SHA1 of `text` under `key` (both UTF-8), in base 64. */
export type HmacSha1 = (key: string, text: string) => string;

/** The Authorization header of a request signed with OAuth 1.0a and HMAC-SHA1 (RFC 5849, section 3.5.1). */
export function authorization(
  request: SignedRequest,
  keys: OAuth1Keys,
  fresh: Freshness,
  hmac: HmacSha1,
): string {
  const oauth: Parameter[] = [
    ['oauth_consumer_key', keys.consumerKey],
    ['oauth_nonce', fresh.nonce],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(fresh.timestamp)],
    ...(keys.token === undefined ? [] : ([['oauth_token', keys.token]] as const)),
    ['oauth_version', '1.0'],
    ...(request.oauth ?? []),
  ];
  const key = `${encode(keys.consumerSecret)}&${encode(keys.tokenSecret ?? '')}`;
  const signature = hmac(key, baseString(request, oauth));
  const signed: Parameter[] = [...oauth, ['oauth_signature', signature]];
  return `OAuth ${signed.map(([name, value]) => `${encode(name)}="${encode(value)}"`).join(', ')}`;
}

/** The signature base string (RFC 5849, section 3.4.1). */
export function baseString(request: SignedRequest, oauth: readonly Parameter[]): string {
  const url = new URL(request.url);
  const parameters = [...readQuery(url.search.slice(1)), ...(request.form ?? []), ...oauth];
  // `url.host` is in lower case and has no default port; `url.pathname` is what will be sent.
  const base = `${url.protocol}//${url.host}${url.pathname}`;
  return [request.method.toUpperCase(), base, normalised(parameters)].map(encode).join('&');
}

function normalised(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => byBytes(a[0], b[0]) || byBytes(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

// Encoded text is ASCII, where code units and bytes are the same; localeCompare would order otherwise.
const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Reads a query as the form it is: `+` is a blank, and only the first `=` of a pair divides it. */
function readQuery(query: string): Parameter[] {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const cut = pair.indexOf('=');
    return cut < 0 ? [decode(pair), ''] : [decode(pair.slice(0, cut)), decode(pair.slice(cut + 1))];
  });
}

function decode(text: string): string {
  const blanks = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(blanks);
  } catch {
    return blanks;
  }
}

/** Percent-encoding of all but RFC 3986's unreserved characters, in upper case. Throws on half a surrogate pair. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
