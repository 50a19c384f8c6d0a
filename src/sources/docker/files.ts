import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Chunk } from '../../model/chunk.ts';
import { createBatch } from '../batch.ts';
import type { SourceOutput, SourcePorts } from '../contract.ts';
import { fileKind } from '../file/kind.ts';
import { isChosen } from './choice.ts';
import type { DockerOptions } from './options.ts';
import { recordOf, type Writer } from './record.ts';

/** Names that are remembered. */
const mostNames = 10_000;

/**
 * Reads the files of Docker's `json-file` driver (`<id>/<id>-json.log`: one JSON object a line, with `log`,
 * `stream` and `time`) as any file is read, through rotations and restarts, and makes records of their lines.
 */
export async function* followLogFiles(
  directory: string,
  options: DockerOptions,
  ports: SourcePorts,
): AsyncGenerator<SourceOutput, void, undefined> {
  const escaped = directory.replaceAll(/[*?[\\]/g, '\\$&');
  const files = { paths: [`${escaped}/*/*-json.log`], start: options.start, maxRecord: 256 * 1024 };
  const writers = new Map<string, Writer>();

  const writerOf = async (path: string): Promise<Writer> => {
    const known = writers.get(path) ?? (await readWriter(path));
    if (writers.size >= mostNames) writers.clear();
    writers.set(path, known);
    return known;
  };

  // A line of theirs says more than what the container wrote, and escapes it.
  const filePorts = { ...ports, maxLine: ports.maxLine * 6 + 1024 };
  for await (const output of fileKind.open(files, filePorts)) {
    if (output.type === 'chunk') {
      const writer = await writerOf(output.chunk.position.stream);
      yield {
        type: 'chunk',
        chunk: withRecords(output.chunk, writer, isChosen(options, writer.name), ports.maxLine),
      };
    } else yield output;
  }
}

/** The container's name stands beside its log, in the engine's own configuration of it. */
async function readWriter(path: string): Promise<Writer> {
  const id = basename(path).replace(/-json\.log.*$/, '');
  const text = await readFile(join(dirname(path), 'config.v2.json'), 'utf8').catch(() => '{}');
  const config = objectIn(text) ?? {};
  const inner = config['Config'];
  const image = typeof inner === 'object' && inner !== null && 'Image' in inner ? inner.Image : undefined;
  const name = config['Name'];
  return {
    id,
    name: typeof name === 'string' && name !== '' ? name.replace(/^\//, '') : id.slice(0, 12),
    image: typeof image === 'string' ? image : '',
  };
}

/** The same place in the stream, with what the container wrote as records. */
function withRecords(chunk: Chunk, writer: Writer, chosen: boolean, maxLine: number): Chunk {
  const batch = createBatch();
  for (const line of chosen ? linesOf(chunk) : []) {
    const entry = objectIn(line);
    const log = entry?.['log'];
    const time = entry?.['time'];
    const text = Buffer.from(typeof log === 'string' ? log.replace(/\r?\n$/, '') : line).subarray(0, maxLine);
    const { record, facts } = recordOf(
      {
        stream: entry?.['stream'] === 'stderr' ? 'stderr' : 'stdout',
        stamp: typeof time === 'string' ? nanoseconds(time) : undefined,
        text,
        shortened: false,
      },
      writer,
    );
    batch.add(record, facts);
  }
  return { ...chunk, ...batch.take() };
}

/** The engine leaves zeros at the end of its stamps out. */
function nanoseconds(time: string): string | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(time);
  return found === null ? undefined : `${found[1] ?? ''}.${(found[2] ?? '').padEnd(9, '0')}Z`;
}

function linesOf({ bytes, records }: Chunk): string[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (records.kind === 'lines')
    return all
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  const { offsets } = records;
  return Array.from({ length: offsets.length / 2 }, (_, index) =>
    all.toString('utf8', offsets[index * 2], offsets[index * 2 + 1]),
  );
}

function objectIn(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as { readonly [name: string]: unknown };
  } catch {
    return undefined;
  }
}
