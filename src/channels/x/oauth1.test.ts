import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorization, baseString, encode, type HmacSha1 } from './oauth1.ts';

const hmac: HmacSha1 = (key, text) => createHmac('sha1', key).update(text).digest('base64');

// The example of X's own guide "Creating a signature".
const keys = {
  consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
  consumerSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
  token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
  tokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
};
const fresh = { nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg', timestamp: 1_318_622_958 };
const example = (host: string) => ({
  method: 'post',
  url: `https://${host}/1.1/statuses/update.json?include_entities=true`,
  form: [['status', 'Hello Ladies + Gentlemen, a signed OAuth request!']] as const,
});
const signatureIn = (header: string): string =>
  decodeURIComponent(/oauth_signature="([^"]+)"/.exec(header)?.[1] ?? '');
const base = (url: string): string => baseString({ method: 'GET', url }, []);

describe('authorization', () => {
  it.each([
    ['api.x.com', 'Ls93hJiZbQ3akF3HF3x1Bz8/zU4='],
    ['api.twitter.com', 'hCtSmYh+iHYCEqBWrE7C7hYmtUk='],
  ])('signs the published example at %s', (host, signature) => {
    expect(signatureIn(authorization(example(host), keys, fresh, hmac))).toBe(signature);
  });

  it('keeps the & in the key while there is no token', () => {
    const seen: string[] = [];
    authorization(
      { method: 'POST', url: 'https://x/' },
      { consumerKey: 'k', consumerSecret: 's&' },
      fresh,
      (key) => {
        seen.push(key);
        return '';
      },
    );
    expect(seen).toEqual(['s%26&']);
  });

  it('has no secret in it', () => {
    const header = authorization(example('api.x.com'), keys, fresh, hmac);
    expect(header).not.toContain(keys.consumerSecret);
    expect(header).not.toContain(keys.tokenSecret);
  });
});

describe('baseString', () => {
  it('lowers the host, drops the default port, the query and the fragment', () => {
    expect(base('HTTPS://API.X.com:443/2/Users?#there')).toBe(base('https://api.x.com/2/Users'));
    expect(base('https://api.x.com:8443/2')).toContain(encode(':8443'));
  });

  it('reads a + in the query as a blank, which is signed as %20', () => {
    expect(base('https://h/?q=a+b')).toBe(base('https://h/?q=a%20b'));
    expect(base('https://h/?q=a+b')).not.toBe(base('https://h/?q=a%2Bb'));
  });

  it('divides a pair at its first = only', () => {
    expect(base('https://h/?q=a=b')).toBe(base('https://h/?q=a%3Db'));
    expect(base('https://h/?q')).toBe(base('https://h/?q='));
  });

  it('sorts by encoded bytes, then by value', () => {
    const at = (query: string): string => decodeURIComponent(base(`https://h/?${query}`).split('&')[2] ?? '');
    expect(at('b=1&a=2&B=3&a=1&%C3%A4=0')).toBe('%C3%A4=0&B=3&a=1&a=2&b=1');
  });
});

describe('encode', () => {
  it('leaves only unreserved characters as they are (RFC 3986, section 2.3)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encode(text);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(encoded)).toBe(text);
      }),
    );
  });
});
