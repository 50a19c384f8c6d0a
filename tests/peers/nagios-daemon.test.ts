import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { channelKinds } from '../../src/channels/registry.ts';
import type { Config } from '../../src/config/config.ts';
import { stage, type Stage } from '../faults/daemon-in-process.ts';
import { eventually } from './eventually.ts';
import { type NagiosPeer, startNagios, whyNoNagios } from './nagios-peer.ts';

const why = whyNoNagios();
if (why !== undefined) console.warn(`skipped: ${why}`);

const rules = `
rules:
  - id: disk
    match: 'disk (?<name>\\S+) is (?<how>failing|slow)'
    key: [name]
    alert: { severity: critical, clear: { below: 1, within: 2s } }
`;

describe.skipIf(why !== undefined)('the daemon before a real Nagios', () => {
  let nagios: NagiosPeer;
  let scene: Stage;
  beforeEach(async () => {
    [nagios, scene] = await Promise.all([startNagios(['disk sda', 'disk sdb']), stage()]);
  });
  afterEach(async () => {
    await scene.remove();
    await nagios.remove();
  });

  /** The configuration with the real kind of channel in place of the one that collects. */
  async function configured(): Promise<Config> {
    const config = await scene.config(rules);
    const kind = await channelKinds.find((row) => row.kind === 'nagios')?.load();
    if (kind === undefined) throw new Error('no kind nagios');
    const options = kind.options.parse({
      'command-file': nagios.commandFile,
      host: 'web1',
      service: '{{ rule }} {{ name }}',
    });
    return { ...config, channels: config.channels.map((channel) => ({ ...channel, kind, options })) };
  }

  test('a line makes its service critical, the end of the alert makes it OK, another’s stays as it is', async () => {
    const daemon = await scene.open(await configured());
    daemon.start();
    // Of now: of an old line the end would be told together with the beginning.
    scene.write(`${new Date().toISOString()} web1 kernel: disk sda is failing; see | log`);
    const state = (service: string): string | undefined =>
      nagios.status('servicestatus', service)['current_state'];
    await eventually(() => state('disk sda') === '2', 'the critical state');
    const output = nagios.status('servicestatus', 'disk sda')['plugin_output'];
    expect(output).toMatch(/^CRITICAL: disk sda \[#\w{6}\] web1 .*disk sda is failing: see ¦ log$/);
    expect(nagios.status('servicestatus', 'disk sda')['performance_data']).toBe('');
    await eventually(() => state('disk sda') === '0', 'the end');
    expect(nagios.status('servicestatus', 'disk sda')['plugin_output']).toMatch(/^RESOLVED: disk sda /);
    expect(nagios.status('servicestatus', 'disk sdb')['last_check']).toBe('0');
    await daemon.stop(1000);
  });
});
