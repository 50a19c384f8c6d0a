import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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
      const delivery = await channel.send(attempt);
      await channel.close();
      return delivery;
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

describe.skipIf(why !== undefined)('as a user of no other right than a group', () => {
  test('both ways work as the page on Nagios says, and without the group they say what is missing', async () => {
    const peer = await startNagios();
    const ports = await channelPorts('https://x.test');
    const group = statSync(peer.dir).gid;
    const [rw, spool] = [`${peer.dir}/rw`, peer.spool];
    // As Debian has it, and as the page tells to change it.
    for (const [path, mode] of [
      [rw, 0o2710],
      [peer.commandFile, 0o660],
      [spool, 0o2770],
    ] as const)
      chmodSync(path, mode);
    const open = (where: object) =>
      nagios.open(nagios.options.parse({ ...where, host: 'web1', service: 'app-log' }), ports);
    const [byCommand, bySpool] = [
      await open({ 'command-file': peer.commandFile }),
      await open({ 'check-result-path': spool }),
    ];
    expect(await asNobody(group, () => byCommand.send(attemptWith('by command')))).toMatchObject({
      type: 'sent',
    });
    await eventually(() => peer.status('servicestatus')['plugin_output'] === 'by command', 'the command');
    expect(await asNobody(group, () => bySpool.send(attemptWith('by spool')))).toMatchObject({
      type: 'sent',
    });
    await eventually(
      () => peer.status('servicestatus')['plugin_output'] === 'by spool',
      'the file of the spool',
    );
    await eventually(() => readdirSync(spool).length === 0, 'Nagios to clear its spool');
    for (const channel of [byCommand, bySpool]) {
      const refused = await asNobody(undefined, () => channel.send(attemptWith('lost')));
      expect(refused).toMatchObject({ type: 'retry', reason: 'auth' });
    }
    await peer.remove();
    await ports.remove();
  });
});

const nobody = 65_534;

/** Does something as nobody, a member of one group at most. */
async function asNobody<T>(group: number | undefined, work: () => Promise<T>): Promise<T> {
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.(group === undefined ? [] : [group]);
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

const plugin = '/usr/lib/nagios/plugins/check_dummy';

describe.skipIf(why !== undefined || !existsSync(plugin))('the service of the page on Nagios', () => {
  test('takes a result, and is OK again when nothing more was heard', async () => {
    const page = readFileSync(new URL('../../docs/nagios.md', import.meta.url), 'utf8');
    const block = /^```text\n(define command.*?)^```/ms.exec(page)?.[1] ?? '';
    expect(block).toContain('freshness_threshold     3600');
    const template = `define service {
  name generic-service
  register 0
  check_period 24x7
  check_interval 1
  retry_interval 1
  notification_period 24x7
  contacts nobody
}
`;
    const objects = template + block.replace('3600', '2').replace(/(host_name +)localhost/, '$1web1');
    const settings =
      'execute_service_checks=1\ncheck_service_freshness=1\nservice_freshness_check_interval=1\nadditional_freshness_latency=0\n';
    const peer = await startNagios([], { objects, settings });
    const ports = await channelPorts('https://x.test');
    const channel = await nagios.open(
      nagios.options.parse({ 'command-file': peer.commandFile, host: 'web1', service: '{{ rule }}' }),
      ports,
    );
    expect(await channel.send(attemptWith('five failures'))).toMatchObject({ type: 'sent' });
    const state = (): string | undefined => peer.status('servicestatus', 'ssh-brute-force')['current_state'];
    await eventually(() => state() === '2', 'the critical state');
    await eventually(() => state() === '0', 'freshness');
    expect(peer.status('servicestatus', 'ssh-brute-force')['plugin_output']).toBe('OK: no alert for an hour');
    await peer.remove();
    await ports.remove();
  });
});

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
