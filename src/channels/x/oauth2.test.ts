import { describe, expect, it } from 'vitest';
import { secret } from '../secret.ts';
import { authorizePage, beginLogin, challengeOf } from './oauth2.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

describe('the page to approve on', () => {
  it('carries the challenge of RFC 7636, appendix B', () => {
    const verifier = secret('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
    expect(challengeOf(verifier)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('lies at x.com, and asks for what alerts need', () => {
    const login = beginLogin('http://127.0.0.1:8765/callback', bytes);
    const page = authorizePage({ api: 'https://api.x.com', clientId: 'a b' }, login);
    expect(page).not.toContain('+');
    const url = new URL(page);
    expect(url.origin + url.pathname).toBe('https://x.com/i/oauth2/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'a b',
      redirect_uri: 'http://127.0.0.1:8765/callback',
      scope: 'tweet.read tweet.write users.read dm.read dm.write offline.access',
      state: login.state,
      code_challenge: challengeOf(login.verifier),
      code_challenge_method: 'S256',
    });
    expect(login.state).toHaveLength(43);
  });

  it('lies where the API does when that is another', () => {
    const page = authorizePage({ api: 'https://localhost:1', clientId: 'a' }, beginLogin('http://x/', bytes));
    expect(page).toMatch(/^https:\/\/localhost:1\/i\/oauth2\/authorize\?/);
  });
});
