import { parseDuration } from '../../kit/duration.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson } from '../terminal.ts';
import { cellText, drawn, type Line } from '../top-lines.ts';
import type { Key } from '../top-keys.ts';
import { readSnapshot, type Snapshot } from '../top-read.ts';
import { takeScreen, type Screen } from '../top-screen.ts';
import { viewNames, viewOf, type ViewName } from '../top-views.ts';
import { age } from '../top-words.ts';

interface TopFlags {
  readonly once?: boolean;
  readonly view: ViewName;
  readonly every: string;
}

/** Bounds of the time between two looks, in milliseconds. */
const leastEvery = 200;
const mostEvery = 3_600_000;
/** A pipe has no width: lines are whole there. */
const endless = 100_000;

/** `top`: how everything stands, live on a terminal; once where there is none, or it is asked for. */
export async function top(settings: Settings, _args: readonly string[], flags: TopFlags): Promise<ExitCode> {
  const every = parseDuration(flags.every);
  if (every === undefined || every < leastEvery || every > mostEvery) {
    complain(`--every takes a length of time from 200ms to 1h, not '${flags.every}'`);
    return exit.usage;
  }
  const first = await readSnapshot(settings.state);
  if (!first.ok) {
    complain(first.detail);
    return exit.failed;
  }
  const isLive = process.stdout.isTTY && process.env['TERM'] !== 'dumb' && !settings.json;
  if (isLive && flags.once !== true) return live(settings, first.snapshot, flags.view, every);
  if (settings.json) printJson({ version: 1, ...first.snapshot });
  else printOnce(first.snapshot, settings);
  return exit.done;
}

function printOnce(snapshot: Snapshot, { color }: Settings): void {
  const width = process.stdout.isTTY ? process.stdout.columns : endless;
  const views = viewNames.map((name) => viewOf(name, { now: snapshot }));
  for (const [index, { top, body }] of views.entries()) {
    if (index > 0) print('');
    for (const line of [...top, ...body]) print(drawn(line, width, color).trimEnd());
  }
}

/** Shows it until somebody ends it. */
function live(settings: Settings, first: Snapshot, view: ViewName, every: number): Promise<ExitCode> {
  return new Promise((resolve) => {
    const board = createBoard(first, view);
    const redraw = (): void => screen.draw(board.lines(screen.size().rows));
    const end = (code: ExitCode): void => {
      clearTimeout(timer);
      isOver = true;
      screen.leave();
      resolve(code);
    };
    const screen: Screen = takeScreen({
      isColoured: settings.color,
      key(key) {
        if (key === 'quit') return end(exit.done);
        if (key === 'suspend') return screen.suspend();
        board.take(key, screen.size().rows);
        redraw();
      },
      resized: redraw,
      // Whoever started this program learns that a signal ended it.
      ended: (signal) => process.kill(process.pid, signal),
    });
    let isOver = false;
    const look = async (): Promise<void> => {
      const read = await readSnapshot(settings.state);
      if (isOver) return;
      if (read.ok) board.show(read.snapshot);
      else board.lost(read.detail);
      redraw();
      timer = setTimeout(() => void look(), every);
    };
    let timer = setTimeout(() => void look(), every);
    redraw();
  });
}

/** What is shown, and which part of it. */
interface Board {
  show(snapshot: Snapshot): void;
  /** The daemon did not answer: what it said before stays. */
  lost(why: string): void;
  take(key: Exclude<Key, 'quit' | 'suspend'>, rows: number): void;
  lines(rows: number): readonly Line[];
}

function createBoard(first: Snapshot, begin: ViewName): Board {
  let now = first;
  let before: Snapshot | undefined;
  let silence: string | undefined;
  let name = begin;
  let offset = 0;

  const current = () => viewOf(name, before === undefined ? { now } : { now, before });
  const roomFor = (fixed: number, rows: number): number => Math.max(1, rows - fixed - frameRows);
  const turn = (by: number): void => go((viewNames.indexOf(name) + by + viewNames.length) % viewNames.length);
  const go = (index: number): void => {
    name = viewNames[index] ?? name;
    offset = 0;
  };

  return {
    show(snapshot) {
      before = now;
      now = snapshot;
      silence = undefined;
    },
    lost: (why) => void (silence = why),
    take(key, rows) {
      if (typeof key === 'object') return go(key.view);
      if (key === 'next') return turn(1);
      if (key === 'previous') return turn(-1);
      const { top, body } = current();
      const room = roomFor(top.length, rows);
      const to = { up: -1, down: 1, pageUp: -room, pageDown: room, home: -Infinity, end: Infinity };
      const last = Math.max(0, body.length - room);
      offset = key === 'redraw' ? offset : Math.min(last, Math.max(0, offset + to[key]));
    },
    lines(rows) {
      const { top, body } = current();
      const room = roomFor(top.length, rows);
      offset = Math.min(offset, Math.max(0, body.length - room));
      const part = body.slice(offset, offset + room);
      const filled = Array.from({ length: room }, (_, row) => part[row] ?? []);
      const more = body.length > room ? `  ${offset + 1}-${offset + part.length} of ${body.length}` : '';
      return [headLine(now, name, silence), [], ...top, ...filled, footLine(more)];
    },
  };
}

/** Rows that are neither of a view's top nor of its body. */
const frameRows = 3;

/** `silence`: why the daemon does not answer any more. */
function headLine({ metrics }: Snapshot, name: ViewName, silence: string | undefined): Line {
  const tabs = viewNames.map((each, index) => ({
    text: ` ${index + 1} ${each} `,
    style: each === name ? ('strong' as const) : ('dim' as const),
  }));
  const since = new Date(metrics.at).toTimeString().slice(0, 8);
  const stands: Line[number] =
    silence === undefined
      ? { text: `  ${since}  up ${age((metrics.at - metrics.startedAt) / 1000)}` }
      : { text: `  NO ANSWER since ${since}: ${cellText(silence)}`, style: 'bad' };
  return [{ text: 'bird-sentinel ', style: 'strong' }, ...tabs, stands];
}

const footLine = (more: string): Line => [
  { text: `q ends, tab the next view, arrows or j k scroll${more}`, style: 'dim' },
];
