import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../../src/store/contract.ts';
import { openLedgerReader } from '../../src/store/ledger.ts';
import { start, type Running, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';
import { rotate } from './kill-stage.ts';
import type { Kill } from './kill-plan.ts';

/** What was learnt of the ledger at one death. */
interface Death {
  /** Inputs below it are committed. */
  readonly nextSeq: number;
  /** Messages whose attempt was written down, and whose outcome was not. */
  readonly sending: readonly string[];
}

/** What happened in all lives together. */
export interface Record {
  /** Every input that was committed, in order. */
  readonly journal: Map<number, JournalEntry>;
  /** Message → in how many deaths its attempt was under way. */
  readonly unknowable: Map<string, number>;
  /** How often a kill of this name happened, and how often it was planned and another came first. */
  readonly kills: Map<string, number>;
  readonly missed: Map<string, number>;
}

export const emptyRecord = (): Record => ({
  journal: new Map(),
  unknowable: new Map(),
  kills: new Map(),
  missed: new Map(),
});

const tap = join(import.meta.dirname, 'journal-tap.mjs');
/** A named point that is not reached so long after the start is given up, and the kill comes then (ms); longer where starts take long. */
const patienceMs = 5_000;
/** A random kill comes while the program starts, or so long after it (ms). */
const longestWorkMs = 1_200;
const hangMs = 120_000;

/** Starts the program with a copy of its journal in a file of this life. */
export function startLife(at: Site, life: number, crashAt?: string): Running {
  return start(at.args('run'), {
    env: {
      NODE_OPTIONS: `--import=${tap}`,
      JOURNAL_TAP: at.path(`journal.${life}`),
      ...(crashAt === undefined ? {} : { BIRD_SENTINEL_CRASH_AT: crashAt }),
    },
  });
}

/**
 * One life: starts the program, lets it be killed as planned, and notes what its ledger says then.
 * `startMs`: how long a start takes on this machine at this moment.
 */
export async function live(at: Site, kill: Kill, life: number, record: Record, startMs: number) {
  const running = startLife(at, life, kill.crashAt);
  let over = false;
  let wasLate = false;
  void running.ended.then(() => (over = true));
  const end = (): void => {
    wasLate = kill.at === undefined;
    running.child.kill('SIGKILL');
  };
  let timer = kill.at === undefined ? undefined : setTimeout(end, kill.at * (startMs + longestWorkMs));
  const assisted = (async () => {
    await eventually(() => over || isWatching(running), 'the program to watch', hangMs);
    if (kill.at === undefined && !over) timer = setTimeout(end, Math.max(patienceMs, 4 * startMs));
    await assist(at, kill, running, () => over);
  })();
  const ended = await running.ended;
  await assisted;
  clearTimeout(timer);
  // A clean stop that came before the kill is no kill.
  if (ended.signal === 'SIGKILL') count(record.kills, wasLate ? 'at random' : kill.name);
  else if (ended.code !== 0) throw new Error(`${kill.name}: it ended with ${ended.code}: ${ended.stderr}`);
  if (wasLate || ended.signal !== 'SIGKILL') count(record.missed, kill.name);
  await note(at, life, record, ended.signal === 'SIGKILL');
}

export const isWatching = (running: Running): boolean => running.output().stderr.includes('"watching"');

async function assist(at: Site, kill: Kill, running: Running, over: () => boolean): Promise<void> {
  if (kill.signal === undefined && kill.rotation === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, kill.assistMs));
  if (kill.signal !== undefined && !over()) running.child.kill(kill.signal);
  // Nobody else may be killed.
  if (kill.rotation !== undefined) await rotate(at, over() ? 'whole' : kill.rotation, running.pid);
}

/** Takes the life's inputs over as far as they were committed. */
export async function note(at: Site, life: number, record: Record, wasKilled: boolean): Promise<void> {
  const death = await look(at);
  for (const entry of tapped(at.path(`journal.${life}`))) record.journal.set(entry.seq, entry);
  for (const seq of record.journal.keys()) if (seq >= death.nextSeq) record.journal.delete(seq);
  if (wasKilled) for (const id of death.sending) count(record.unknowable, id);
}

async function look(at: Site): Promise<Death> {
  const opened = await openLedgerReader({ directory: at.state });
  // Killed before it had made one.
  if (!opened.ok) return { nextSeq: 0, sending: [] };
  const { reader } = opened;
  try {
    const sending = reader.unsettled(1_000_000).filter(({ state }) => state === 'sending');
    return { nextSeq: reader.restore().nextSeq, sending: sending.map(({ id }) => id) };
  } finally {
    reader.close();
  }
}

function tapped(path: string): readonly JournalEntry[] {
  if (!existsSync(path)) return [];
  // The last line may be cut off by the kill: then its transaction was not finished either.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [seq, input, answers] = JSON.parse(line) as [number, string, string | null];
    const entry = { seq, input: JSON.parse(input) };
    return answers === null ? entry : { ...entry, answers: JSON.parse(answers) };
  });
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
