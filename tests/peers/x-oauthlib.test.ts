import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorization, encode, type OAuth1Keys, type Parameter } from '../../src/channels/x/oauth1.ts';
import { standinObstacle } from './x-standin.ts';

const signer = String.raw`
import json, sys
from oauthlib.oauth1 import Client
for line in sys.stdin:
    r = json.loads(line)
    k = r["keys"]
    client = Client(k["consumerKey"], k["consumerSecret"], k.get("token"), k.get("tokenSecret"),
        nonce=r["nonce"], timestamp=str(r["timestamp"]), callback_uri=r.get("callback"), verifier=r.get("verifier"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if r["body"] is not None else {}
    _, signed, _ = client.sign(r["url"], r["method"], r["body"], headers)
    print(json.dumps(signed["Authorization"]), flush=True)
`;

const obstacle = await standinObstacle();
const named = (what: string): string => (obstacle === undefined ? what : `${what} (skipped: ${obstacle})`);

/** The parameters of a header, in an order of their own. */
const parametersOf = (header: string): string[] =>
  header
    .replace(/^OAuth /, '')
    .split(', ')
    .sort();

describe.skipIf(obstacle !== undefined)(named('our signatures and those of oauthlib'), () => {
  let python: ChildProcess;
  let lines: AsyncIterator<string>;

  beforeAll(() => {
    python = spawn('/usr/bin/python3', ['-c', signer], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (python.stdout === null) throw new Error('no output');
    lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  });
  afterAll(async () => {
    python.stdin?.end();
    await once(python, 'exit');
  });

  const ask = async (request: object): Promise<string> => {
    python.stdin?.write(`${JSON.stringify(request)}\n`);
    return JSON.parse((await lines.next()).value);
  };

  const text = fc.string({ unit: 'binary', maxLength: 12 }).map((raw) => raw.replace(/\p{Surrogate}/gu, '?'));
  const name = fc.string({
    unit: fc.constantFrom(...Array.from("abAB09_.-~ äß🐦!*()'+&=%")),
    minLength: 1,
    maxLength: 6,
  });
  const pair = fc.tuple(name, text);
  const key = fc.string({
    unit: fc.constantFrom(...Array.from('aZ09-_&=+%/ ü')),
    minLength: 1,
    maxLength: 12,
  });
  const nonce = fc.stringMatching(/^[a-z0-9]{1,32}$/);
  // Written by a form's rules, where a blank is +.
  const query = fc
    .array(pair, { maxLength: 4 })
    .map((pairs) => new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString());
  const url = fc
    .tuple(fc.constantFrom('https://api.x.com', 'https://API.x.com:443', 'http://Host.test:8080'), query)
    .map(([origin, query]) => `${origin}/2/tweets${query === '' ? '' : `?${query}`}`);

  it('are the same for any query, form, key and token', async () => {
    const keys = fc.record({ consumerKey: key, consumerSecret: key, token: key, tokenSecret: key });
    const form = fc.option(fc.array(pair, { minLength: 1, maxLength: 4 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST'),
        url,
        keys,
        form,
        nonce,
        fc.nat(),
        async (method, url, keys, form, nonce, timestamp) => {
          const body =
            method === 'POST' && form !== undefined
              ? form.map(([n, v]) => `${encode(n)}=${encode(v)}`).join('&')
              : null;
          const request = { method, url, ...(body === null || form === undefined ? {} : { form }) };
          const ours = authorization(request, keys, { nonce, timestamp }, hmacSha1);
          const theirs = await ask({ method, url, body, keys, nonce, timestamp });
          expect(parametersOf(ours)).toEqual(parametersOf(theirs));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are the same for both steps of the PIN flow', async () => {
    const application = { consumerKey: 'k', consumerSecret: 's' };
    const steps: readonly [OAuth1Keys, Parameter, object][] = [
      [application, ['oauth_callback', 'oob'], { callback: 'oob' }],
      [
        { ...application, token: 't', tokenSecret: 'ts' },
        ['oauth_verifier', '1234567'],
        { verifier: '1234567' },
      ],
    ];
    for (const [keys, parameter, theirWord] of steps) {
      const request = { method: 'POST', url: 'https://api.x.com/oauth/any' };
      const fresh = { nonce: 'n0nce', timestamp: 1_700_000_000 };
      const ours = authorization({ ...request, oauth: [parameter] }, keys, fresh, hmacSha1);
      const theirs = await ask({ ...request, ...fresh, body: null, keys, ...theirWord });
      expect(parametersOf(ours)).toEqual(parametersOf(theirs));
    }
  });
});

const hmacSha1 = (secret: string, base: string): string =>
  createHmac('sha1', secret).update(base).digest('base64');
