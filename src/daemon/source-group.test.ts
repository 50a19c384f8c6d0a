import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { instant, millis } from '../model/time.ts';
import type { Source, SourceKind, SourceOutput, SourcePorts } from '../sources/contract.ts';
import type { Item } from './loop.ts';
import { createSourceGroup } from './source-group.ts';

const day = millis(86_400_000);
const limits = { maxLine: 100, keysPerRule: 1, ledger: 1, keep: day, maxWaiting: 1, giveUpAfter: day };

const kind = (open: (ports: SourcePorts) => Source): SourceKind<unknown> => ({
  kind: 'fake',
  summary: '',
  options: z.unknown(),
  rewinds: true,
  open: (_, ports) => open(ports),
});

/** Says how it stands, and ends when it is told to. */
async function* obedient({ signal }: SourcePorts): AsyncGenerator<SourceOutput> {
  yield { type: 'condition', stream: '', condition: 'atEnd' };
  if (!signal.aborted) await once(signal, 'abort');
}

const source = (name: string, open: (ports: SourcePorts) => Source) => ({
  name,
  kind: kind(open),
  options: {},
  format: 'auto',
});

function stage() {
  const items: Item[] = [];
  const errors: string[] = [];
  const none = (): void => undefined;
  const group = createSourceGroup({
    marks: () => new Map(),
    now: () => instant(0),
    follow: true,
    log: { debug: none, info: none, warn: none, error: (code) => void errors.push(code) },
    offer: (item) => void items.push(item),
    opening: none,
    closed: none,
    moved: none,
    closeMs: 20,
  });
  const conditions = () =>
    items.flatMap((item) => (item.type === 'condition' ? [`${item.source} ${item.condition}`] : []));
  return { group, items, errors, conditions };
}

test('a source that never ends is left behind and said, and all are opened again', async () => {
  const { group, items, errors, conditions } = stage();
  const answers: (() => void)[] = [];
  /** Deaf to its signal until the mount answers; then it gives what it had. */
  async function* hung(): AsyncGenerator<SourceOutput> {
    await new Promise<void>((resolve) => answers.push(resolve));
    const position = { stream: 's', begin: 0, end: 2, mark: null };
    const about = { source: 'hung', receivedAt: instant(0), reference: instant(0), position };
    yield { type: 'chunk', chunk: { ...about, bytes: new Uint8Array(2), records: { kind: 'lines' } } };
    yield { type: 'condition', stream: 's', condition: 'reading' };
  }
  const sources = [source('hung', hung), source('well', obedient)];
  group.open({ sources, limits });
  await group.close();
  expect(errors).toEqual(['source.stuck']);
  expect(items.filter(({ type }) => type === 'decide')).toHaveLength(1);
  group.open({ sources, limits });
  await vi.waitFor(() => expect(conditions()).toEqual(['well atEnd', 'hung unreadable', 'well atEnd']));
  expect(answers).toHaveLength(2);
  answers[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(items.filter(({ type }) => type === 'chunk')).toEqual([]);
  answers[1]?.();
  await vi.waitFor(() => expect(items.filter(({ type }) => type === 'chunk')).toHaveLength(1));
  await group.close();
});

test('many sources are no reason for Node to warn of a leak', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const { group } = stage();
  group.open({ sources: Array.from({ length: 12 }, (_, n) => source(`s${n}`, obedient)), limits });
  await new Promise((resolve) => setImmediate(resolve));
  await group.close();
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});
