import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../model/time.ts';
import type { HttpAnswer } from '../http.ts';
import { deliveryOfFailure, deliveryOfProblem, meanings } from './classify.ts';

const now = instant(Date.parse('2026-08-01T12:00:00Z'));
const answer = (status: number, body: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  type: 'answer',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  bodyState: 'whole',
});
const judge = (status: number, body: unknown, mayHaveArrived = false): string => {
  const delivery = deliveryOfProblem(answer(status, body), { now, mayHaveArrived });
  return 'reason' in delivery ? `${delivery.type} ${delivery.reason}` : delivery.type;
};
const v1 = (code: number, message = 'words'): object => ({ errors: [{ code, message }] });
const v2 = (detail: string, type = 'about:blank', host = 'api.twitter.com'): object => ({
  title: 'Forbidden',
  detail,
  type: type === 'about:blank' ? type : `https://${host}/2/problems/${type}`,
});

describe('what X answers', () => {
  it.each<[number, unknown, string]>([
    [401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }, 'retry auth'],
    [401, v1(32), 'retry auth'],
    [401, v1(89), 'retry auth'],
    [400, v1(215), 'retry auth'],
    [401, v1(135, 'Timestamp out of bounds.'), 'retry auth'],
    [402, { title: 'CreditsDepleted', detail: 'no credits' }, 'retry outOfCredit'],
    [402, '', 'retry outOfCredit'],
    [403, { title: 'CreditsDepleted' }, 'retry outOfCredit'],
    [403, v2('You are not allowed to create a Tweet with duplicate content.'), 'failed rejected'],
    [403, v1(187, 'Status is a duplicate.'), 'failed rejected'],
    [
      403,
      v1(151, 'There was an error sending your message: Whoops! You already said that.'),
      'failed rejected',
    ],
    [403, v2('You do not have permission to DM one or more participants.'), 'failed recipient'],
    [403, v2('This operation is not permitted.'), 'failed recipient'],
    [403, v1(150), 'failed recipient'],
    [403, v1(151), 'failed recipient'],
    [403, v1(349), 'failed recipient'],
    [403, v1(476), 'failed recipient'],
    [404, v2('Could not find user', 'resource-not-found'), 'failed recipient'],
    [
      200,
      { errors: [{ detail: 'no user', type: 'https://api.x.com/2/problems/resource-not-found' }] },
      'failed recipient',
    ],
    [403, v2('not configured', 'oauth1-permissions'), 'failed auth'],
    [403, v2('not configured', 'oauth1-permissions', 'api.x.com'), 'failed auth'],
    [401, v1(93), 'failed auth'],
    [403, v1(261), 'failed auth'],
    [403, { ...v2('enrol', 'client-forbidden'), reason: 'client-not-enrolled' }, 'failed auth'],
    [403, v2('app only', 'unsupported-authentication'), 'failed auth'],
    [403, v1(453), 'failed auth'],
    [403, v1(226), 'retry auth'],
    [403, v1(326), 'retry auth'],
    [403, v1(64), 'retry auth'],
    [403, v2('You are not permitted to perform this action.'), 'retry auth'],
    [400, v2('Your Tweet text is too long.'), 'failed tooLong'],
    [403, v2('Your Tweet text is too long.'), 'failed tooLong'],
    [403, v1(186), 'failed tooLong'],
    [400, v1(354), 'failed tooLong'],
    [429, { title: 'Too Many Requests' }, 'retry rateLimited'],
    [429, '', 'retry rateLimited'],
    [400, v1(88), 'retry rateLimited'],
    [429, v2('cap', 'usage-capped'), 'retry rateLimited'],
    [403, v1(185), 'retry rateLimited'],
    [500, '', 'unknown'],
    [502, '<html><title>Bad gateway</title></html>', 'unknown'],
    [503, '<!DOCTYPE html><html></html>', 'unknown'],
    [504, 'upstream', 'unknown'],
    [500, v1(131), 'unknown'],
    [503, v1(130), 'retry unavailable'],
    [
      400,
      { errors: [{ parameters: { text: ['x'] }, message: 'bad' }], title: 'Invalid Request' },
      'failed rejected',
    ],
    [404, '', 'failed rejected'],
    [403, '<html><title>Blocked by policy</title></html>', 'retry unavailable'],
    [401, '<html>proxy login</html>', 'retry unavailable'],
    [302, '', 'retry unavailable'],
  ])('HTTP %i %j is %s', (status, body, expected) => {
    expect(judge(status, body)).toBe(expected);
  });

  it.each([
    v2('You are not allowed to create a Tweet with duplicate content.'),
    v1(187),
    v1(151, 'Whoops! You already said that.'),
  ])('counts %j as sent if an earlier attempt may have arrived', (body) => {
    const delivery = deliveryOfProblem(answer(403, body), { now, mayHaveArrived: true });
    expect(delivery).toMatchObject({ type: 'sent', receipt: 'duplicate' });
  });

  it('says something for any status and any body', () => {
    const body = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .record({ errors: fc.jsonValue(), title: fc.jsonValue(), type: fc.jsonValue() })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), body, fc.boolean(), (status, body, mayHaveArrived) => {
        const delivery = deliveryOfProblem(answer(status, body), { now, mayHaveArrived });
        const detail = 'detail' in delivery ? delivery.detail : '';
        expect(detail).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(detail.length).toBeLessThan(600);
      }),
    );
  });
});

describe('docs/x.md', () => {
  it.each(Object.values(meanings))('explains "%s"', (words) => {
    const page = readFileSync(new URL('../../../docs/x.md', import.meta.url), 'utf8');
    const explained = page.split('\n').map((line) => line.split('|')[1]?.trim());
    expect(explained).toContain(words.split(/[:(]/)[0]?.trim());
  });
});

describe('no answer', () => {
  it.each([
    ['notSent', 'dns', { type: 'retry', reason: 'unavailable' }],
    ['notSent', 'proxy', { type: 'retry', reason: 'unavailable' }],
    ['notSent', 'timeout', { type: 'retry', reason: 'timeout' }],
    ['unknown', 'timeout', { type: 'unknown' }],
    ['unknown', 'reset', { type: 'unknown' }],
  ] as const)('%s by %s', (reached, cause, expected) => {
    expect(deliveryOfFailure({ type: 'failure', reached, cause, detail: 'words' })).toMatchObject(expected);
  });
});
