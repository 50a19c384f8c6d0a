import { readFileSync } from 'node:fs';
import type { SecOutput } from '../../../src/engine/sec/contract.ts';
import type { Intent, Signal } from '../../../src/model/intent.ts';
import { textOf } from './bytes.ts';
import { createChildren, runCommand, type Ended } from './children.ts';
import type { Host } from './host.ts';
import { createInputs, type InputLine } from './inputs.ts';
import { createOutputs } from './outputs.ts';
import type { Sandbox } from './sandbox.ts';
import type { Item, Scenario } from './scenario.ts';
import { createSockets } from './sockets.ts';
import { createTrace } from './trace.ts';

/** More happenings than this without an idle round are taken for an endless loop, as the oracle does. */
const BUSY_LIMIT = 5000;

/** How long SEC waits at its end for what SEC_SHUTDOWN started, in seconds. */
const FAREWELL = 3;

const INTERNAL_LEVEL = 5;

/** Signals of a restart, and the internal events that end it. */
const RESTARTS: ReadonlyMap<Signal, string> = new Map([
  ['HUP', 'SEC_RESTART'],
  ['ABRT', 'SEC_SOFTRESTART'],
]);
const RESTARTED: ReadonlySet<string> = new Set(RESTARTS.values());

/** The order in which SEC looks whether a signal came. */
const SIGNALS: readonly Signal[] = ['HUP', 'ABRT', 'USR1', 'USR2', 'INT', 'TERM'];

/**
 * The world around one instance of SEC, round by round as its main loop goes: children, one line,
 * housekeeping, signals. When a round found nothing to do, the scenario goes on.
 */
export function createWorld(scenario: Scenario, sandbox: Sandbox, host: Host): { run(): string } {
  let now = 0;
  const trace = createTrace(() => now);
  const children = createChildren(sandbox);
  const outputs = createOutputs(sandbox, trace);
  const sockets = createSockets(sandbox);
  const { switches } = host;
  const inputs = createInputs(switches, host.inputNames(), sandbox, tellSilence);
  const items = [...scenario.items];
  let lines: InputLine[] = [];
  let finished: readonly Ended[] = [];
  const signals = new Set<Signal>();
  /** Each of them moves the level on by one, also of those that are handled together. */
  let interrupts = 0;
  /** Whether SEC looks for signals at the end of this round. */
  let received = false;
  let early: Item | undefined;
  /** Idle rounds that pass before the scenario goes on. */
  let settle = 0;
  let busy = 0;
  let over = false;
  /** What SEC logs: the trace has no more than that. */
  let level = switches.debug;

  return {
    run() {
      const started = host.start(now);
      apply(started);
      // With an event to handle SEC does not go idle before it looks for signals.
      if (received && started.some(({ type }) => type === 'queued')) lookForSignals();
      while (!over) round();
      outputs.closeAll();
      return trace.text();
    },
  };

  function round(): void {
    settleChildren();
    const bytes = lines.length === 0 && poll();
    const line = lines.shift();
    if (line !== undefined) apply(host.line(now, line));
    else if (!switches.tail && inputs.allClosed) shutDown();
    else if (!bytes) idle();
    if (!over) apply(received ? host.keep(now) : host.tick(now));
    if (received) lookForSignals();
  }

  /** What rules send meanwhile of a kind that was looked at already waits until another signal comes. */
  function lookForSignals(): void {
    for (const signal of SIGNALS) if (signals.delete(signal) && !over) heed(signal);
    received = false;
    if (!over) apply(host.goOn(now));
  }

  function receive(signal: Signal): void {
    signals.add(signal);
    if (signal === 'INT') interrupts += 1;
    received = true;
  }

  function settleChildren(): void {
    const ended = finished;
    finished = [];
    for (const { run, output, exit } of ended) {
      if (run.outputs) apply(host.output(now, run.child, output));
      if (run.reports && exit !== undefined) apply(host.finished(now, run.child, exit));
    }
  }

  /** Whether bytes came. An early item comes when SEC looks at its standard input. */
  function poll(): boolean {
    if (early !== undefined && inputs.stdin.open) {
      const item = early;
      early = undefined;
      now = item.at;
      deliver(item);
    }
    const found = inputs.poll(now);
    lines = [...found.lines];
    return found.bytes;
  }

  /** SEC has nothing to do and would sleep: children end, the next item comes, or the clock moves. */
  function idle(): void {
    busy = 0;
    if (settle > 0) settle -= 1;
    else if (children.waiting) {
      finished = children.runAll();
      for (const { run, output } of finished) if (!run.outputs) trace.out(output);
    } else if (items[0] === undefined) finish();
    else if (items[0].at > now) moveClock(items[0]);
    else deliver(items.shift());
  }

  function moveClock(item: Item): void {
    const gap = item.at - now;
    if (item.does === 'line' && item.early && gap <= scenario.step) {
      early = items.shift();
      return;
    }
    now += Math.min(gap, scenario.step);
    if (item.at === now) deliver(items.shift());
  }

  function deliver(item: Item | undefined): void {
    if (item === undefined || item.does === 'tick') return;
    settle = item.does === 'shell' ? 4 : 2;
    if (item.does === 'eof') inputs.stdin.end();
    else if (item.does === 'signal') receive(item.signal);
    else if (item.does === 'shell') trace.out(runCommand(shell(item.text), undefined, sandbox).output);
    else if (item.source === '-') inputs.stdin.push(`${item.text}\n`);
    else outputs.write(item.source, 'once', `${item.text}\n`);
  }

  function apply(happened: readonly SecOutput[]): void {
    for (const output of happened) {
      if (over) return;
      if (output.type === 'internal' && RESTARTED.has(output.name)) restarted(output.name);
      busy += levelOf(output) <= level ? 1 : 0;
      if (busy > BUSY_LIMIT) runAway();
      else show(output);
    }
  }

  function show(output: SecOutput): void {
    if (output.type === 'do' && output.intent.type !== 'log') carryOut(output.intent);
    else if (levelOf(output) > level) return;
    else if (output.type === 'do') carryOut(output.intent);
    else if (output.type === 'internal') trace.say('INTERNAL', output.name);
    else if (output.type === 'queued') {
      trace.say(output.context === undefined ? 'EVENT' : `EVENT[${output.context}]`, output.text);
    }
  }

  function carryOut(intent: Intent): void {
    switch (intent.type) {
      case 'write':
        return outputs.write(intent.file, intent.how, intent.text);
      case 'closeFile':
        return outputs.close(intent.file);
      case 'log':
        return trace.say('LOG', intent.text);
      case 'send':
        return sockets.send(intent.network, intent.address, intent.text);
      case 'hangUp':
      case 'pipe':
      case 'closePipe':
        return;
      case 'run':
        return children.start(intent);
      case 'watch':
        return inputs.add(withContext(intent.file, intent.context), intent.offset, now);
      case 'unwatch':
        if (inputs.drop(intent.file)) lines = lines.filter(({ file }) => file !== intent.file);
        return;
      case 'signal':
        receive(intent.signal);
    }
  }

  function heed(signal: Signal): void {
    if (signal === 'TERM') return shutDown();
    if (signal === 'INT') level = ((level + interrupts - 1) % 6) + 1;
    if (signal === 'INT') interrupts = 0;
    if (signal !== 'INT' && signal !== 'USR1') outputs.closeAll();
    if (signal === 'HUP') lines = [];
    const restart = RESTARTS.get(signal);
    // With internal events what the first of them made belongs to the time before.
    if (restart !== undefined && !switches.intevents) restarted(restart);
    apply(host.signal(now, signal));
    const afresh = signal === 'HUP' || !switches.keepopen;
    if (signal === 'HUP' || signal === 'ABRT') inputs.restate(host.inputNames(), now, afresh);
  }

  /** SEC has ended its children, and read its options anew with their level of what is logged. */
  function restarted(how: string): void {
    level = switches.debug;
    if (how === RESTARTS.get('HUP') && switches.childterm) finished = [...finished, ...children.killAll()];
  }

  function tellSilence(file: string, silent: boolean): void {
    if (switches.timeoutScript === undefined) return;
    const argv = [...switches.timeoutScript.split(/\s+/), silent ? '1' : '0', file];
    const command = { type: 'argv', argv } as const;
    children.start({ type: 'run', child: 'timeout-script', command, outputs: false, reports: false });
  }

  function shutDown(): void {
    apply(host.end(now));
    if (over) return;
    if (switches.intevents && switches.childterm) now += FAREWELL;
    for (const { run, output } of children.runAll()) if (!run.outputs) trace.out(output);
    finish(0);
  }

  function runAway(): void {
    trace.say('RUNAWAY', `more than ${String(BUSY_LIMIT)} log messages without an idle poll`);
    finish();
  }

  function finish(exit?: number): void {
    over = true;
    outputs.closeAll();
    trace.flush();
    if (exit !== undefined) trace.say('EXIT', String(exit));
    const named = new Set(scenario.inputs.map(({ file }) => file));
    for (const file of sandbox.list()) {
      if (file.startsWith('.') || sandbox.cameWith(file) || named.has(file)) continue;
      trace.raw(`FILE ${file}`);
      const text = textOf(readFileSync(sandbox.path(file)));
      for (const line of text.replace(/\n$/, '').split(text === '' ? '' : '\n')) trace.raw(`| ${line}`);
    }
  }
}

/** The level at which SEC logs what happened: from it the oracle knows of it. */
function levelOf(output: SecOutput): number {
  if (output.type === 'internal') return INTERNAL_LEVEL;
  if (output.type === 'warning') return 3;
  return output.type === 'do' && output.intent.type === 'log' ? 4 : 6;
}

const shell = (text: string) => ({ type: 'shell', text }) as const;

const withContext = (file: string, context: string | undefined) =>
  context === undefined ? { file } : { file, context };
