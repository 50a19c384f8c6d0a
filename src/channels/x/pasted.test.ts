import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasted } from './pasted.ts';

const state = 'St4te-of_this';
const code = 'VGNibzFWSWREZm01bjN1N3dicWlNUG1oa2xRRVNNdmVHelJGY2hPWGxNd2dxOjE2MjIxNjA4MjU4MjU6MToxOmFjOjE';
const read = (text: string) => {
  const pasted = readPasted(text, state);
  return pasted.ok ? pasted.code.reveal() : pasted.detail;
};

describe('what a person pastes', () => {
  it.each([
    `http://127.0.0.1:8765/callback?state=${state}&code=${code}`,
    `  https://example.org/back?x=1&code=${code}&state=${state}#top \r\n`,
    `code=${code}&state=${state}`,
    code,
  ])('gives the code: %s', (text) => {
    expect(read(text)).toBe(code);
  });

  it.each([
    [`http://127.0.0.1/?state=another&code=${code}`, /another login/],
    [`http://127.0.0.1/?code=${code}`, /another login/],
    [`http://127.0.0.1/?state=${state}`, /no code/],
    [`http://127.0.0.1/?error=access_denied&state=${state}`, /not approved/],
    ['http://127.0.0.1/?error=<b>server_error', /^X refused: bserver_error$/],
    ['', /no code/],
    ['not a code at all', /no code/],
    ['short', /no code/],
  ])('is refused: %s', (text, words) => {
    expect(read(text)).toMatch(words);
  });

  it('is never repeated', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{12,40}$/), (word) => {
        expect(
          JSON.stringify(readPasted(`http://127.0.0.1/?state=${word}&code=${word}`, state)),
        ).not.toContain(word);
        expect(JSON.stringify(readPasted(`${word} ${word}`, state))).not.toContain(word);
      }),
    );
  });
});
