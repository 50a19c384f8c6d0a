import type { SourceCondition } from '../../model/effect.ts';
import { earliest, instant, type Instant } from '../../model/time.ts';
import type { SourceNotice, SourceOutput } from '../contract.ts';
import * as notices from '../notices.ts';
import type { Multiline, RecordLimits } from '../records.ts';
import type { Piece } from './generation.ts';
import type { Reading } from './reading.ts';
import { encodeMark, type FileMark } from './mark.ts';

export interface ReportSetting {
  readonly source: string;
  readonly path: string;
  readonly limits: RecordLimits;
  readonly multiline: Multiline | undefined;
  readonly now: () => Instant;
}

/** Gathers what one stream has to say, in order. */
export interface Report {
  notice(notice: SourceNotice): void;
  /** Said only when it differs from the one before. */
  condition(condition: SourceCondition): void;
  said(): SourceCondition | undefined;
  /** Says `reading` before a chunk of history. */
  chunk(reading: Reading, piece: Piece, mark: FileMark): void;
  /** A place without records. */
  emptyChunk(mark: FileMark, at: number): void;
  /** Everything since the last call; `last`: there will be no other. */
  taken(last: boolean): readonly SourceOutput[];
}

export function createReport(setting: ReportSetting): Report {
  const { source, path, limits, multiline, now } = setting;
  let outputs: SourceOutput[] = [];
  let said: SourceCondition | undefined;
  const tally = notices.createTally(now, (count) =>
    multiline === undefined
      ? notices.shortened(path, count, limits.maxLine, 'line')
      : notices.shortened(path, count, limits.maxRecord, 'record'),
  );

  const notice = (text: SourceNotice): void => {
    outputs.push({ type: 'notice', stream: path, notice: text });
  };

  const condition = (next: SourceCondition): void => {
    if (next !== said) outputs.push({ type: 'condition', stream: path, condition: next });
    said = next;
  };

  return {
    notice,
    condition,
    said: () => said,
    chunk(reading, { bytes, records, begin, end, shortened }, mark) {
      const receivedAt = now();
      const written = instant(Math.floor(reading.generation.facts.mtimeMs));
      const reference =
        begin < reading.historyEnd ? (earliest(receivedAt, written) ?? receivedAt) : receivedAt;
      const position = { stream: path, begin, end, mark: encodeMark(mark) };
      if (reference < receivedAt) condition('reading');
      outputs.push({ type: 'chunk', chunk: { source, bytes, records, position, receivedAt, reference } });
      tally.add(shortened);
    },
    emptyChunk(mark, at) {
      const receivedAt = now();
      const nothing = { bytes: new Uint8Array(0), records: { kind: 'lines' } as const };
      const position = { stream: path, begin: at, end: at, mark: encodeMark(mark) };
      const chunk = { source, ...nothing, position, receivedAt, reference: receivedAt };
      outputs.push({ type: 'chunk', chunk });
    },
    taken(last) {
      for (const text of tally.due(last)) notice(text);
      const all = outputs;
      outputs = [];
      return all;
    },
  };
}
