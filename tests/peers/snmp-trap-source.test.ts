import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { trapKind } from '../../src/sources/snmp-trap/kind.ts';
import { followTraps } from '../../src/sources/snmp-trap/follow.ts';
import { createOutputReader } from '../../src/sources/snmp-trap/output.ts';
import { recordOfTrap } from '../../src/sources/snmp-trap/trap.ts';
import { eventually } from './eventually.ts';
import { openSession, type SourceSession } from './source-session.ts';

vi.setConfig({ testTimeout: 120_000 });

const missing =
  existsSync('/usr/sbin/snmptrapd') && existsSync('/usr/bin/snmptrap')
    ? undefined
    : 'snmptrapd or snmp is not installed';

let dir = '';
const sessions: SourceSession[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'snmp-'));
  writeFileSync(join(dir, 'snmptrapd.conf'), 'authCommunity log s3cret-community\n');
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
  rmSync(dir, { recursive: true, force: true });
});

/** A port that no UDP socket has just now. */
const freeUdpPort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

function receive(port: number): SourceSession {
  const listen = `udp:127.0.0.1:${String(port)}`;
  const options = trapKind.options.parse({
    'snmp-trap': { listen, 'config-file': join(dir, 'snmptrapd.conf') },
  });
  const restart = { first: 100, longest: 1000, well: 60_000 };
  const session = openSession((ports) => followTraps(options, ports, restart));
  sessions.push(session);
  return session;
}

describe.skipIf(missing !== undefined)(
  `traps by a real snmptrapd${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const send = (port: number, version: string, ...words: string[]): void =>
      void execFileSync(
        'snmptrap',
        ['-m', '', version, '-c', 's3cret-community', `127.0.0.1:${String(port)}`, ...words],
        { stdio: 'ignore', env: { PATH: process.env['PATH'] } },
      );
    const text = ['1.3.6.1.2.1.2.2.1.2.1', 's'];

    test('of both versions, with their variables as fields; texts are data, and the community stays secret', async () => {
      const port = await freeUdpPort();
      const session = receive(port);
      const linkDown = '1.3.6.1.6.3.1.1.5.3';
      await eventually(
        () => {
          send(port, '-v2c', '', linkDown, '1.3.6.1.2.1.2.2.1.1.1', 'i', '7', ...text, 'first');
          return session.records().length > 0;
        },
        'the first trap',
        60_000,
      );
      const before = session.records().length;
      send(port, '-v2c', '', linkDown, '1.3.6.1.2.1.2.2.1.1.1', 'i', '7', ...text, 'eth0 "x"\ntwo % lines');
      send(
        port,
        '-v1',
        '1.3.6.1.4.1.8072.2.3',
        '10.1.2.3',
        '6',
        '17',
        '',
        '1.3.6.1.4.1.8072.2.3.2.1',
        'i',
        '99',
      );
      await session.until(() => session.texts().some((one) => one.includes('8072')), 'both');
      const seen = session.records().slice(before);
      const [v2, v1] = [
        seen.find(({ text: one }) => one.includes('eth0')),
        seen.find(({ text: one }) => one.includes('8072')),
      ];
      expect(v2?.text).toMatch(
        /^\S+Z 127\.0\.0\.1 snmptrap: 1\.3\.6\.1\.6\.3\.1\.1\.5\.3 1\.3\.6\.1\.2\.1\.2\.2\.1\.1\.1=7 1\.3\.6\.1\.2\.1\.2\.2\.1\.2\.1=eth0 "x"\ntwo % lines$/,
      );
      expect(v2?.facts).toMatchObject({
        host: '127.0.0.1',
        program: 'snmptrap',
        fields: { trap: linkDown, version: 'v2c', '1.3.6.1.2.1.2.2.1.1.1': '7' },
      });
      expect(v1?.facts?.fields).toMatchObject({
        trap: '1.3.6.1.4.1.8072.2.3.0.17',
        version: 'v1',
        agent: '10.1.2.3',
      });
      expect(JSON.stringify(session.outputs)).not.toContain('s3cret');
    });
  },
);

test('a program that is not there is told and tried again', async () => {
  const options = trapKind.options.parse({ 'snmp-trap': { program: join(dir, 'absent') } });
  const session = openSession((ports) =>
    followTraps(options, ports, { first: 10, longest: 20, well: 60_000 }),
  );
  sessions.push(session);
  await session.untilCondition('unreadable');
  await session.until(() => session.notices().length > 1, 'two tries');
  expect(session.notices()[0]).toMatchObject({ code: 'source.ended' });
});

describe('what it prints', () => {
  const [begin, end] = ['BEGINBEGIN', 'ENDENDEND'];

  test('wherever it is cut, the same traps', () => {
    const trap = fc.string({ unit: fc.constantFrom('a', '\n', 'B', 'E', 'G', '"'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(trap, { maxLength: 8 }), fc.array(fc.nat()), (traps, cuts) => {
        const all = Buffer.from(`words\n${traps.map((one) => `${begin}${one}${end}\n`).join('')}`);
        const offsets = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].toSorted(
          (a, b) => a - b,
        );
        const reader = createOutputReader(begin, end, 20);
        const found = offsets.slice(1).map((to, index) => reader.read(all.subarray(offsets[index], to)));
        expect(found.flatMap((one) => one.traps)).toEqual(traps.map((one) => one.slice(0, 20)));
        expect(found.flatMap((one) => one.said)).toEqual(['words']);
      }),
    );
  });

  test('whatever stands in a trap, it never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\u001e', '\u001f', ' = ', '"', '\\', 'x', '1', '.', ':') }),
        (text) => {
          recordOfTrap(text, 0);
        },
      ),
    );
  });
});
