import { randomBytes } from 'node:crypto';
import type { SourceCondition } from '../../model/effect.ts';
import { createBatch } from '../batch.ts';
import { pullBlocks } from '../blocks.ts';
import { startChild } from '../child.ts';
import type { SourceNotice, SourceOutput, SourcePorts } from '../contract.ts';
import { createTally } from '../notices.ts';
import { createPatience, pause, type PatienceLimits } from '../pause.ts';
import type { TrapOptions } from './kind.ts';
import { createOutputReader } from './output.ts';
import { recordOfTrap, trapFormat } from './trap.ts';

const stream = 'snmp-trap';

/** Receives traps until `ports.signal` aborts; without `follow` there is nothing to read. */
export async function* followTraps(
  options: TrapOptions,
  ports: SourcePorts,
  restart?: PatienceLimits,
): AsyncGenerator<SourceOutput, void, undefined> {
  const { signal, follow, now, name, maxLine } = ports;
  const patience = createPatience(restart);
  let said: SourceCondition | undefined;
  let position = 0;
  let lastWords = '';
  const words = createTally(now, () => notice('source.said', `snmptrapd says: ${lastWords}`));

  const say = function* (condition: SourceCondition): Generator<SourceOutput> {
    if (condition !== said) yield { type: 'condition', stream, condition };
    said = condition;
  };

  if (!follow) return yield* say('atEnd');
  while (!signal.aborted) {
    const begun = performance.now();
    yield* run();
    if (signal.aborted) return;
    yield* say('unreadable');
    await pause(patience.next(performance.now() - begun), signal);
  }

  async function* run(): AsyncGenerator<SourceOutput> {
    const [begin, end] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
    const child = startChild(commandLine(options, `${begin}${trapFormat}${end}\n`));
    const blocks = child.output === undefined ? undefined : pullBlocks(child.output, signal);
    const reader = createOutputReader(begin, end, maxLine);
    try {
      if (blocks !== undefined) yield* say('atEnd');
      for (
        let block = await blocks?.next(undefined);
        block instanceof Buffer;
        block = await blocks?.next(undefined)
      ) {
        const { traps, said: spoken } = reader.read(block);
        const batch = createBatch();
        for (const trap of traps) {
          const found = recordOfTrap(trap, now());
          if (found !== undefined) batch.add(found.record.subarray(0, maxLine), found.facts);
        }
        if (batch.count > 0) yield chunkOf(batch.bytes, batch.take());
        const complaints = spoken.filter((line) => !line.includes('NET-SNMP version'));
        lastWords = (complaints.at(-1) ?? lastWords).replace(/\p{Cc}/gu, ' ').slice(0, 300);
        words.add(complaints.length);
        yield* words.due(false).map((found): SourceOutput => ({ type: 'notice', stream, notice: found }));
      }
      if (signal.aborted) return;
      const { how, complaint } = await child.ended;
      const why = complaint === '' ? '' : `: ${complaint}`;
      const text = `snmptrapd ended (${how}${why}); it is started again`;
      yield { type: 'notice', stream, notice: notice('source.ended', text) };
    } finally {
      blocks?.close();
      await child.stop();
    }
  }

  function chunkOf(bytes: number, taken: ReturnType<ReturnType<typeof createBatch>['take']>): SourceOutput {
    const receivedAt = now();
    const begin = position;
    position += bytes;
    const at = { stream, begin, end: position, mark: null };
    return {
      type: 'chunk',
      chunk: { source: name, ...taken, position: at, receivedAt, reference: receivedAt },
    };
  }
}

/**
 * In the foreground (`-f`), to standard output (`-Lo`), with no configuration but the one that is named, no
 * look-up of names (`-n`), nothing of MIBs unless some are asked for. Communities stand in the file, not here.
 */
function commandLine({ program, configFile, listen, mibs }: TrapOptions, format: string): string[] {
  const names = mibs === undefined ? ['-On', '-m', ''] : ['-m', mibs];
  return [program, '-f', '-Lo', '-n', '-C', '-c', configFile, ...names, '-F', format, listen.join(',')];
}

const notice = (code: string, text: string): SourceNotice => ({
  code,
  severity: 'warning',
  text,
  alert: false,
});
