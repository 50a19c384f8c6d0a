import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { instant } from '../model/time.ts';
import { createMemoryLedger } from '../store/memory.ts';
import { openDaemon } from './daemon.ts';
import { createMatchPorts } from './node-ports.ts';

const match = createMatchPorts();
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

test('where nothing is kept, a reload knows all the same what is silenced', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'nowhere-'));
  const file = join(dir, 'sentinel.yaml');
  writeFileSync(
    file,
    `sources: { app: { file: ${join(dir, 'app.log')} } }\nchannels: { out: { screen: {} } }\n`,
  );
  const loaded = await loadConfig({ files: [file], match, zone: 'UTC' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const ledger = createMemoryLedger();
  const opened = await openDaemon({
    config: loaded.value,
    ledger,
    durable: false,
    mode: 'live',
    follow: true,
    match,
    now: Date.now,
    channelPorts: () => ({
      now: () => instant(Date.now()),
      randomBytes: (length) => new Uint8Array(length),
      stateDirectory: dir,
      http: {},
      accounts: new Map(),
      print: async () => undefined,
    }),
    log: silent,
    reach: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.failure.detail);
  const { daemon } = opened;
  daemon.start();
  const startsAt = instant(Date.now());
  const endsAt = instant(startsAt + 3_600_000);
  await daemon.silence({ when: { fields: {} }, author: 'me', comment: '', startsAt, endsAt });
  expect(ledger.restore().alertingRows).toEqual([]);
  await daemon.reload(loaded.value);
  expect(daemon.silences()).toMatchObject([{ author: 'me' }]);
  await daemon.stop(1000);
  rmSync(dir, { recursive: true, force: true });
});
