import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ChatRequest, type ChatService } from './chat-standin.ts';
import {
  gotifyService,
  ntfyService,
  opsgenieService,
  pagerdutyService,
  pushoverService,
  pushSecrets,
  twilioAccount,
  twilioService,
} from './push-services.ts';
import { whyNot } from './real-daemon.ts';

/** Addresses as apprise has them, with the stand-in of the service behind each. */
const addresses: readonly (readonly [address: string, service: ChatService])[] = [
  [`ntfy://alice:${pushSecrets.ntfy}@127.0.0.1/ops-alerts`, ntfyService],
  [`gotify://127.0.0.1/${pushSecrets.gotify}`, gotifyService],
  [`pover://${pushSecrets.pushoverUser}@${pushSecrets.pushoverToken}?priority=high`, pushoverService],
  [`pagerduty://${pushSecrets.pagerduty}@ABCDEFGHIJKLMNOPQRST/web1/disk`, pagerdutyService],
  [`opsgenie://${pushSecrets.opsgenie}/`, opsgenieService],
  [`twilio://${twilioAccount}:${pushSecrets.twilio}@15550199111/15550100222`, twilioService],
];

const noApprise = whyNot('/usr/bin/apprise');
if (noApprise !== undefined) console.warn(`skipped: ${noApprise}`);

interface Asked {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

function requestOf({ url, headers, body }: Asked): ChatRequest {
  const { pathname, searchParams } = new URL(url);
  const type = headers['content-type'] ?? '';
  const fields: ChatRequest['fields'] = type.includes('json')
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(body));
  return { method: 'POST', path: decodeURIComponent(pathname), query: searchParams, headers, body, fields };
}

/**
 * The stand-ins are ours, as the channels are: that another client of the same services is understood by
 * them shows that they were not made for each other.
 */
describe.skipIf(noApprise !== undefined)('the stand-ins of push services', () => {
  test('take what apprise sends to these services', { timeout: 120_000 }, () => {
    const asked: readonly Asked[] = JSON.parse(
      execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'apprise-requests.py')], {
        input: JSON.stringify(addresses.map(([address]) => address)),
        encoding: 'utf8',
      }),
    );
    const replies = addresses.map(([address, service], index) => {
      const request = requestOf(asked[index] ?? expect.fail(address));
      return [address, service(request)];
    });
    expect(replies).toMatchObject(addresses.map(([address]) => [address, { isTaken: true }]));
  });
});
