import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChance } from '../perl/random.ts';
import { bytesOf } from './bytes.ts';
import { writeCase, type CaseText } from './case-text.ts';
import { makeCase } from './generate.ts';
import { play } from './play.ts';
import { startRealSec, type RealSec } from './real-sec.ts';
import { shrink } from './shrink.ts';

export interface RandomRun {
  readonly scenarios: number;
  readonly seed: number;
  /** Where cases that differ are kept, shrunk; absent: they are not kept. */
  readonly keep?: string;
  /** No more differing cases than this are looked for. */
  readonly most: number;
  readonly progress?: (figures: Figures) => void;
}

export interface Figures {
  scenarios: number;
  /** Lines of all traces that were compared. */
  lines: number;
  /** Scenarios in which nothing happened. */
  empty: number;
  /** The real SEC went round for ever. */
  endless: number;
  /**
   * They differ where the real SEC does not agree with itself when Perl's hashes are in another order, or in
   * what its last commands print before it ends them.
   */
  undefinedOrder: number;
  readonly differing: Differing[];
}

export interface Differing {
  readonly seed: number;
  readonly folder: string;
  readonly real: string;
  readonly ours: string;
}

/**
 * Hash seeds by which it is found out whether an order is defined. Many: of two orders one can come three
 * times as often as the other.
 */
const OTHER_SEEDS = Array.from({ length: 48 }, (_, index) => index + 1);

/** Compares our SEC with the real one on random scenarios; the same seed makes the same scenarios. */
export async function compareRandom({ scenarios, seed, keep, most, progress }: RandomRun): Promise<Figures> {
  const figures: Figures = { scenarios: 0, lines: 0, empty: 0, endless: 0, undefinedOrder: 0, differing: [] };
  const work = mkdtempSync(join(tmpdir(), 'sec-random.'));
  const judge = createJudge(join(work, 'case'));
  try {
    for (let number = 0; number < scenarios && figures.differing.length < most; number += 1) {
      const text = makeCase(createChance(seed + number));
      const found = await judge.differs(text);
      figures.scenarios += 1;
      figures.lines += found.real.split('\n').length - 1;
      if (found.real === '') figures.empty += 1;
      if (found.verdict === 'endless') figures.endless += 1;
      if (found.verdict === 'undefined order') figures.undefinedOrder += 1;
      if (found.verdict === 'differs') {
        const small = await shrink(
          text,
          async (smaller) => (await judge.differs(smaller)).verdict === 'differs',
        );
        const folder = join(keep ?? work, `seed-${String(seed + number)}`);
        const last = await judge.differs(small);
        writeCase(folder, small);
        writeFileSync(join(folder, 'expected.txt'), bytesOf(last.real));
        figures.differing.push({ seed: seed + number, folder, real: last.real, ours: last.ours });
      }
      progress?.(figures);
    }
  } finally {
    judge.close();
    rmSync(work, { recursive: true, force: true });
  }
  return figures;
}

interface Judgement {
  readonly verdict: 'same' | 'differs' | 'undefined order' | 'endless';
  readonly real: string;
  readonly ours: string;
}

function createJudge(folder: string): { differs(text: CaseText): Promise<Judgement>; close(): void } {
  const real = startRealSec(0);
  const others: RealSec[] = [];
  return {
    async differs(text) {
      writeCase(folder, text);
      const ours = playOrFail(folder);
      const theirs = await real.trace(folder);
      const judged = (verdict: Judgement['verdict']): Judgement => ({ verdict, real: theirs, ours });
      if (/^@\d+ RUNAWAY /m.test(theirs)) return judged('endless');
      if (ours === theirs) return judged('same');
      if (withoutLastWords(ours) === withoutLastWords(theirs)) return judged('undefined order');
      if (others.length === 0) others.push(...OTHER_SEEDS.map(startRealSec));
      for (const other of others) {
        if ((await other.trace(folder)) !== theirs) return judged('undefined order');
      }
      return judged('differs');
    },
    close() {
      for (const sec of [real, ...others]) sec.close();
    },
  };
}

/**
 * Without what commands that SEC_SHUTDOWN started print: SEC gives them three seconds, of which under the
 * virtual clock nothing is left to them, and so it is by chance whether they come to it.
 */
function withoutLastWords(trace: string): string {
  const end = trace.search(/^@\d+ INTERNAL SEC_SHUTDOWN$/m);
  return end < 0 ? trace : trace.slice(0, end) + trace.slice(end).replaceAll(/^@\d+ OUT .*\n/gm, '');
}

/** A failure of our own is a difference, too. */
function playOrFail(folder: string): string {
  try {
    return play(folder);
  } catch (error) {
    return `FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  }
}
