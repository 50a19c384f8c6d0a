import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { millis } from '../model/time.ts';
import { createHeartbeat } from './heartbeat.ts';

let dir: string;
let server: Server;
let url: string;
let beats: string[];
let status: number;
let said: string[];
let isWell: boolean;

const heart = () =>
  createHeartbeat({
    isWell: () => isWell,
    failed: (place, detail) => said.push(`failed ${place} ${detail}`),
    works: (place) => said.push(`works ${place}`),
    broke: (_place, error) => said.push(`broke ${String(error)}`),
  });
const every = millis(20);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'heartbeat-'));
  beats = [];
  said = [];
  status = 200;
  isWell = true;
  server = createServer((request, response) => {
    beats.push(`${request.method} ${request.url}`);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/ping/s3cret`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

const until = async (condition: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

test('beats at once and again, until it is stopped', async () => {
  const file = join(dir, 'alive');
  const heartbeat = heart();
  heartbeat.follow({ heartbeat: { every, to: [url, file] }, http: {} });
  await until(() => beats.length >= 3 && Date.parse(readFileSync(file, 'utf8').trim()) > 0);
  heartbeat.stop();
  expect(beats[0]).toBe('GET /ping/s3cret');
  expect(said).toEqual([]);
});

test('a failure is told once, without what is secret, and so is its end', async () => {
  status = 500;
  const heartbeat = heart();
  heartbeat.follow({ heartbeat: { every, to: [url, join(dir, 'no/such')] }, http: {} });
  await until(() => beats.length >= 3);
  expect(said.filter((words) => words.startsWith('failed 127.0.0.1'))).toEqual([
    expect.stringMatching(/^failed 127\.0\.0\.1:\d+ HTTP 500$/),
  ]);
  expect(said.filter((words) => words.includes('no/such'))).toHaveLength(1);
  expect(said.join()).not.toContain('s3cret');
  status = 204;
  await until(() => said.some((words) => words.startsWith('works 127.0.0.1')));
  heartbeat.stop();
});

test('who is not well does not beat; a new configuration takes the place of the old one', async () => {
  isWell = false;
  const file = join(dir, 'alive');
  const heartbeat = heart();
  heartbeat.follow({ heartbeat: { every, to: [url] }, http: {} });
  heartbeat.follow({ heartbeat: { every, to: [file] }, http: {} });
  isWell = true;
  await until(() => {
    try {
      return readFileSync(file, 'utf8') !== '';
    } catch {
      return false;
    }
  });
  heartbeat.follow({ http: {} });
  heartbeat.stop();
  expect(beats).toEqual([]);
});

test('what fails where nothing should is said, and it goes on beating', async () => {
  let wells = 0;
  const broken = createHeartbeat({
    isWell: () => (wells += 1) > 0,
    failed: () => {
      throw new Error('a bug');
    },
    works: () => undefined,
    broke: (_place, error) => said.push(`broke ${String(error)}`),
  });
  broken.follow({ heartbeat: { to: [join(dir, 'none/beat')], every }, http: {} });
  await until(() => said.length > 0 && wells > 2);
  broken.stop();
  expect(said[0]).toBe('broke Error: a bug');
});
