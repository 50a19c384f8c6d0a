/**
 * One of many processes that send by one login. Arguments: state directory, API, file of the authority, and
 * a step of a renewal at which the process kills itself, or none. For each line of standard input it sends
 * that line as a post, and prints the delivery.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openAccount } from '../../dist/channels/x/account.js';
import { sendPost } from '../../dist/channels/x/client.js';
import { takeExclusive } from '../../dist/cli/exclusive.js';

const [stateDirectory, api, caFile, fatal] = process.argv.slice(2);
const ports = {
  name: 'phone',
  now: () => Date.now(),
  randomBytes: (length) => randomBytes(length),
  stateDirectory,
  http: {
    ca: readFileSync(caFile, 'utf8'),
    proxy: { url: 'http://127.0.0.1:9', noProxy: ['localhost', '127.0.0.1'] },
  },
  accounts: new Map([['bot', { name: 'bot', api }]]),
  print: () => undefined,
  exclusive: takeExclusive,
  reach: (step) => {
    if (step === fatal) process.kill(process.pid, 'SIGKILL');
  },
};
const account = openAccount('bot', ports);
process.stdout.write('ready\n');
for await (const text of createInterface({ input: process.stdin })) {
  const message = { title: '', body: text, parts: [text], severity: 'info' };
  const attempt = { message, part: 0, attempt: 1, mayHaveArrived: false };
  const delivery = await sendPost(account, { ...attempt, signal: new AbortController().signal });
  process.stdout.write(`${JSON.stringify(delivery)}\n`);
}
await account.close();
