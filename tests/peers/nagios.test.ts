import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Attempt, Channel } from '../../src/channels/contract.ts';
import { nagios } from '../../src/channels/nagios/nagios.ts';
import { readSubmission, submissionFields } from '../../src/channels/nagios/submission.ts';
import type { AlertPayload, Delivery } from '../../src/model/delivery.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { type NagiosPeer, startNagios, whyNoNagios } from './nagios-peer.ts';

const why = whyNoNagios();
if (why !== undefined) console.warn(`skipped: ${why}`);

/** An attempt whose payload differs. */
function attemptWith(text: string, payload: Partial<AlertPayload> = {}): Attempt {
  const attempt = attemptAt(text);
  const { message } = attempt;
  const severity = payload.severity ?? message.severity;
  return { ...attempt, message: { ...message, severity, payload: { ...message.payload, ...payload } } };
}

const hostileTexts = [
  'semicolons; [1] PROCESS_SERVICE_CHECK_RESULT;web1;app-log;0;fine',
  'newline\n[1] PROCESS_SERVICE_CHECK_RESULT;web1;app-log;0;fine',
  ';begins with one',
  'C:\\new\\nothing \\\\server\\',
  '$USER1$ $(id) `id` <b>&amp;</b> "\' | rta=1',
  '🐦 ünï — 漢字',
  'a=b}{=c',
  '\u0000\u001b[2J\t\r',
];

const servicesFor = hostileTexts.map((_, index) => `hostile-${index}`);

/** What status.dat shows of a text: the first line without semicolons, the others escaped. */
function shown(text: string): { readonly first: string; readonly rest: string } {
  const plain = text
    .replace(/[\u0000\u001b\t\r]/g, ' ')
    .replaceAll('|', '¦')
    .trim();
  const [first = '', ...rest] = plain.split('\n');
  return { first: first.replaceAll(';', ':'), rest: rest.join('\\n') };
}

describe.skipIf(why !== undefined).each(['command-file', 'check-result-path'] as const)(
  'a real Nagios by %s',
  (way) => {
    let peer: NagiosPeer;
    let ports: TestPorts;
    beforeAll(async () => {
      [peer, ports] = await Promise.all([
        startNagios(['app-log', ...servicesFor]),
        channelPorts('https://x.test'),
      ]);
    });
    afterAll(async () => {
      await peer.remove();
      await ports.remove();
    });

    const whereTo = (): object =>
      way === 'command-file' ? { [way]: peer.commandFile } : { [way]: peer.spool };
    const open = (more: object = {}): Promise<Channel> =>
      nagios.open(nagios.options.parse({ ...whereTo(), host: 'web1', service: 'app-log', ...more }), ports);
    const send = async (attempt: Attempt, more: object = {}): Promise<Delivery> => {
      const channel = await open(more);
      return channel.send(attempt).finally(() => channel.close());
    };
    const becomes = (
      members: { readonly [name: string]: string },
      kind: 'servicestatus' | 'hoststatus' = 'servicestatus',
    ) =>
      eventually(
        () => {
          const status = peer.status(kind);
          return Object.entries(members).every(([name, value]) => status[name] === value);
        },
        `${JSON.stringify(members)} in ${JSON.stringify(peer.status(kind))}`,
      );

    test('its state follows the severity, and an end is OK', async () => {
      expect(await send(attemptWith('disk full'))).toMatchObject({ type: 'sent' });
      await becomes({ current_state: '2', plugin_output: 'disk full', check_type: '1' });
      expect(await send(attemptWith('disk filling', { severity: 'warning' }))).toMatchObject({
        type: 'sent',
      });
      await becomes({ current_state: '1', plugin_output: 'disk filling' });
      expect(await send(attemptWith('over', { reason: 'resolved', status: 'resolved' }))).toMatchObject({
        type: 'sent',
      });
      await becomes({ current_state: '0', plugin_output: 'over' });
      expect(await send(attemptWith('for your information', { severity: 'info' }))).toMatchObject({
        type: 'sent',
      });
      await becomes({ current_state: '0', plugin_output: 'for your information' });
    });

    test('templates name the host and service', async () => {
      const templates = {
        host: '{{ fields.where }}',
        service: '{{ rule | remove: "ssh-" }}-{{ key | first }}',
      };
      const delivery = await send(
        attemptWith('by template', { rule: 'ssh-app', key: ['log'], fields: { where: 'web1' } }),
        templates,
      );
      expect(delivery).toMatchObject({ type: 'sent' });
      await becomes({ current_state: '2', plugin_output: 'by template' });
    });

    test('without a service it is the host that goes down', async () => {
      const host = await nagios.open(nagios.options.parse({ ...whereTo(), host: 'web1' }), ports);
      expect(await host.send(attemptWith('gone'))).toMatchObject({ type: 'sent' });
      await becomes({ current_state: '1', plugin_output: 'gone' }, 'hoststatus');
      expect(await host.send(attemptWith('back', { reason: 'resolved' }))).toMatchObject({ type: 'sent' });
      await becomes({ current_state: '0', plugin_output: 'back' }, 'hoststatus');
    });

    test('each hostile text is one result and nothing else', async () => {
      for (const [index, text] of hostileTexts.entries()) {
        expect(await send(attemptWith(text), { service: `hostile-${index}` })).toMatchObject({
          type: 'sent',
        });
      }
      const last = `hostile-${hostileTexts.length - 1}`;
      await eventually(() => peer.status('servicestatus', last)['current_state'] === '2', 'the last result');
      for (const [index, text] of hostileTexts.entries()) {
        const status = peer.status('servicestatus', `hostile-${index}`);
        const { first, rest } = shown(text);
        expect(status['plugin_output']?.trim()).toBe(first);
        expect(status['long_plugin_output']).toBe(rest);
        expect([status['current_state'], status['performance_data']]).toEqual(['2', '']);
      }
    });

    test('performance data stand behind the bar', async () => {
      await send(attemptWith('counted\nmore'), { 'performance-data': 'events={{ count }}' });
      await becomes({ plugin_output: 'counted', long_plugin_output: 'more', performance_data: 'events=5' });
    });

    test('the longest text arrives, cut', async () => {
      expect(await send(attemptWith('🐦;\\'.repeat(5000)), { 'performance-data': 'n=1' })).toMatchObject({
        type: 'sent',
      });
      await becomes({ current_state: '2', performance_data: 'n=1' });
      const output = peer.status('servicestatus')['plugin_output'] ?? '';
      expect(output).toMatch(/^(?:🐦:\\)+(?:🐦:?)?…$/u);
      expect(Buffer.byteLength(output)).toBeGreaterThan(2000);
    });

    test('a submitted check result goes where it says', async () => {
      const read = readSubmission(['web1', 'app-log', 'UNKNOWN', 'who knows|rta=3ms\\nsecond C:\\\\x']);
      if (!read.ok) throw new Error(read.detail);
      const { submission } = read;
      const delivery = await send(
        attemptWith('words for people', {
          rule: 'sentinel/send',
          line: submission.text,
          fields: submissionFields(submission),
        }),
        { host: 'elsewhere' },
      );
      expect(delivery).toMatchObject({ type: 'sent' });
      await becomes({
        current_state: '3',
        plugin_output: 'who knows',
        performance_data: 'rta=3ms',
        long_plugin_output: 'second C:\\\\x',
      });
    });

    test('says beforehand that it can be reached', async () => {
      const channel = await open();
      expect(await channel.probe?.(new AbortController().signal)).toMatchObject({ ok: true });
    });
  },
);

describe.skipIf(why !== undefined)('a Nagios that went away', () => {
  test('is tried again, at once, and nothing is left behind', async () => {
    const peer = await startNagios();
    const ports = await channelPorts('https://x.test');
    const open = (where: object) =>
      nagios.open(nagios.options.parse({ ...where, host: 'web1', service: 'app-log' }), ports);
    const byCommand = await open({ 'command-file': peer.commandFile });
    const bySpool = await open({ 'check-result-path': peer.spool, 'max-waiting': 3 });
    await peer.stop();
    // A FIFO stays when Nagios is killed; when it is stopped, it goes.
    if (!readdirSync(`${peer.dir}/rw`).includes('nagios.cmd')) execFileSync('mkfifo', [peer.commandFile]);
    expect(await byCommand.send(attemptWith('lost'))).toEqual({
      type: 'retry',
      reason: 'unavailable',
      detail: `nobody reads ${peer.commandFile}: Nagios is not running`,
    });
    for (let n = 0; n < 3; n += 1)
      expect(await bySpool.send(attemptWith('waits'))).toMatchObject({ type: 'sent' });
    expect(await bySpool.send(attemptWith('too many'))).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
    });
    const left = readdirSync(peer.spool).sort();
    expect(left).toHaveLength(6);
    const owner = statSync(peer.spool).uid;
    for (const name of left) {
      const { uid, mode } = statSync(`${peer.spool}/${name}`);
      expect([name.length === 7 || name.endsWith('.ok'), uid, mode & 0o777]).toEqual([true, owner, 0o600]);
    }
    await peer.remove();
    await ports.remove();
  });
});
