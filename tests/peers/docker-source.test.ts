import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFrameReader } from '../../src/sources/docker/frames.ts';
import { createLineReader } from '../../src/sources/docker/lines.ts';
import { createEngine } from '../../src/sources/docker/engine.ts';
import { followContainers } from '../../src/sources/docker/follow.ts';
import { dockerKind } from '../../src/sources/docker/kind.ts';
import { startEngine, type DockerEngine } from './docker-engine.ts';
import { openSession, type SourceSession } from './source-session.ts';

vi.setConfig({ testTimeout: 120_000 });

let engine: DockerEngine;
const sessions: SourceSession[] = [];
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
  await engine.close();
});

function read(
  options: { readonly docker?: object; readonly start?: string } = {},
  how: Parameters<typeof openSession>[1] = {},
): SourceSession {
  const parsed = dockerKind.options.parse({ docker: { socket: engine.socket }, ...options });
  const session = openSession(
    (ports) => followContainers(createEngine(engine.socket), parsed, ports, { list: 50 }),
    how,
  );
  sessions.push(session);
  return session;
}

const messages = (session: SourceSession): string[] =>
  session.records().map(({ bytes, facts }) => bytes.subarray(facts?.message).toString());

describe('containers of an engine', () => {
  test('their lines, with who wrote them; those that come later, too', async () => {
    const web = engine.create('web');
    engine.write(web, 'before\n');
    const session = read({ start: 'beginning' });
    await session.untilRecords(1);
    engine.write(web, 'one\ntwo\nthr', 'stderr');
    engine.write(web, 'other\n');
    const db = engine.create('db', true);
    engine.write(db, 'typed\r\n');
    await session.untilRecords(5);
    const texts = session.texts();
    expect(texts[0]).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+\\+00:00 ${hostname()} web: before$`));
    expect(messages(session).toSorted()).toEqual(['before', 'one', 'other', 'two', 'typed']);
    expect(session.records().find(({ text }) => text.endsWith('one'))?.facts).toMatchObject({
      program: 'web',
      fields: { container: 'web', image: 'image:1', stream: 'stderr' },
    });
  });

  test('goes on where it was: over a restart, a broken connection, an end', async () => {
    const web = engine.create('web');
    engine.write(web, 'long ago\n');
    const first = read();
    await first.until(() => first.conditions().includes('atEnd'), 'the end');
    await first.stop();
    engine.write(web, 'm1\n');
    engine.write(web, 'm2\n');
    const second = read({}, { marks: first.marks });
    await second.untilRecords(2);
    engine.cut();
    engine.write(web, 'm3\n');
    await second.untilRecords(3);
    await second.stop();
    engine.write(web, 'm4\n');
    engine.write(web, 'm5');
    engine.end(web);
    const third = read({}, { marks: second.marks });
    await third.untilRecords(2);
    engine.remove(web);
    await third.until(() => third.marks.size === 0, 'its mark to be forgotten');
    expect([first, second, third].flatMap(messages)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  test('a line that the engine keeps in pieces is one line', async () => {
    const web = engine.create('web');
    for (const piece of ['a'.repeat(16_384), 'b'.repeat(16_384), 'c\nnext\n']) engine.write(web, piece);
    const session = read({ start: 'beginning' });
    await session.untilRecords(2);
    expect(messages(session)).toEqual([`${'a'.repeat(16_384)}${'b'.repeat(16_384)}c`, 'next']);
  });

  test('only those that are chosen; once, to their end', async () => {
    for (const name of ['web-1', 'web-2', 'db']) engine.write(engine.create(name), `${name}\n`);
    const docker = { socket: engine.socket, containers: ['web-*'], except: ['*-2'] };
    const session = read({ docker, start: 'beginning' }, { follow: false });
    await session.ended;
    expect(messages(session)).toEqual(['web-1']);
    expect(session.conditions()).not.toContain('unreadable');
  });

  test('a slow reader loses nothing', async () => {
    const web = engine.create('web');
    const count = 20_000;
    const lines = Array.from({ length: count }, (_, index) => `message ${String(index)} ${'x'.repeat(50)}`);
    for (let at = 0; at < count; at += 1000)
      engine.write(
        web,
        lines
          .slice(at, at + 1000)
          .map((line) => `${line}\n`)
          .join(''),
      );
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const session = read({ start: 'beginning' }, { gate: () => gate });
    await session.until(() => session.outputs.length > 0, 'an output');
    release();
    await session.untilRecords(count);
    // The engine stamps messages, so only the first line of each of these has one.
    expect(messages(session)).toEqual(lines);
  });

  test('an engine that is away is told once and asked again', async () => {
    const session = openSession((ports) =>
      followContainers(
        createEngine('/nonexistent/docker.sock'),
        dockerKind.options.parse({ docker: true }),
        ports,
        { list: 20 },
      ),
    );
    sessions.push(session);
    await session.untilCondition('unreadable');
    await session.until(() => session.notices().length === 1, 'a notice');
    expect(session.notices()[0]).toMatchObject({ code: 'source.unreadable' });
  });
});

test('the files of the json-file driver, through a rotation and a restart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'docker-files-'));
  const id = 'ab'.repeat(32);
  mkdirSync(join(directory, id));
  const path = join(directory, id, `${id}-json.log`);
  const entry = (log: string): string =>
    `${JSON.stringify({ log: `${log}\n`, stream: 'stderr', time: '2026-11-20T10:00:06.12Z' })}\n`;
  writeFileSync(
    join(directory, id, 'config.v2.json'),
    JSON.stringify({ Name: '/shop', Config: { Image: 'shop:2' } }),
  );
  writeFileSync(path, entry('one "quoted" \u00e9'));
  const options = dockerKind.options.parse({ docker: { directory }, start: 'beginning' });
  const open = (marks?: SourceSession['marks']): SourceSession => {
    const session = openSession(
      (ports) => dockerKind.open(options, ports),
      marks === undefined ? {} : { marks },
    );
    sessions.push(session);
    return session;
  };
  const first = open();
  await first.untilRecords(1);
  await first.stop();
  appendFileSync(path, entry('two'));
  renameSync(path, `${path}.1`);
  writeFileSync(path, `${entry('three')}not json\n`);
  const second = open(first.marks);
  await second.untilRecords(3);
  expect([...first.texts(), ...second.texts()]).toEqual([
    `2026-11-20T10:00:06.120000+00:00 ${hostname()} shop: one "quoted" \u00e9`,
    `2026-11-20T10:00:06.120000+00:00 ${hostname()} shop: two`,
    `2026-11-20T10:00:06.120000+00:00 ${hostname()} shop: three`,
    `- ${hostname()} shop: not json`,
  ]);
  expect(first.records()[0]?.facts).toMatchObject({
    program: 'shop',
    fields: { image: 'shop:2', stream: 'stderr' },
  });
  await second.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('frames', () => {
  const frame = fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40 })).map(([type, text]) => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(8);
    head[0] = type;
    head.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  });

  test('wherever they are cut, the same lines of each stream', () => {
    const linesOf = (blocks: readonly Buffer[]): unknown => {
      const frames = createFrameReader(false);
      const lines = createLineReader(10);
      const all = blocks.flatMap((block) => (frames.read(block) ?? []).flatMap((piece) => lines.read(piece)));
      return [...all, ...lines.end()];
    };
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 10 }), fc.array(fc.nat()), (frames, cuts) => {
        const all = Buffer.concat(frames);
        const offsets = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].toSorted(
          (a, b) => a - b,
        );
        expect(linesOf(offsets.slice(1).map((end, index) => all.subarray(offsets[index], end)))).toEqual(
          linesOf([all]),
        );
      }),
    );
  });

  test('what is none is known as such', () => {
    expect(createFrameReader(false).read(Buffer.from('HTTP/1.1 500 oops'))).toBeUndefined();
  });
});
