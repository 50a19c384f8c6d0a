import { execFile } from 'node:child_process';
import { closeSync, fstatSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Site } from '../e2e/program.ts';
import type { Chance } from './kill-plan.ts';

/** The two logs: bare lines, of which the time of reading counts, and lines with stamps, whose own time does. */
export type LogName = 'app' | 'ev';
export const logNames: readonly LogName[] = ['app', 'ev'];

/** Rules whose alerts have to be those of a run without a kill that has the journal's times. */
export const receivedRules = ['numbered', 'rc-count', 'rc-sequence', 'rc-expect', 'rc-absent', 'rc-sec'];
/** Rules whose alerts have to be those of the undisturbed run. */
export const eventRules = ['ev-count', 'ev-sequence', 'ev-expect', 'ev-sec'];
/** Rules that raise by a line, whose number names the alert; the others also raise by a timer. */
export const rulesOfLines = ['numbered', 'rc-count', 'rc-sequence'];

/** Longer than a program may be without a processor on a machine that has much to do. */
const longestWaitSeconds = 30;
/** How long after the last line every wait of the rules is over (ms). */
export const longestWaitMs = longestWaitSeconds * 1000 + 1000;

/** Writes the configuration of the program that is killed, and of the one that is not. */
export function configure(at: Site, twin: Site, url: string): void {
  writeFileSync(at.path('received.sec'), secRules('', at.path('written')));
  writeFileSync(at.path('event.sec'), secRules('e', undefined));
  at.configure(`${sources(at, logNames)}
include:
  - { id: rc-sec, sec: ${at.path('received.sec')}, from: [app], alert: { on: [logonly] } }
${eventInclude(at)}
rules:
  - { id: numbered, from: [app], match: 'numbered (?<n>\\d+) end', key: [n], alert: {} }
  - { id: rc-count, from: [app], match: '^count (?<g>\\w+) ', key: [g], count: { reach: 3, within: 300ms }, alert: {} }
  - { id: rc-sequence, from: [app], key: [g], sequence: { steps: [{ match: '^first (?<g>\\w+) ' }, { match: '^second (?<g>\\w+) ' }], within: 300ms }, alert: {} }
  - { id: rc-expect, from: [app], match: '^begin (?<g>\\w+) ', key: [g], expect: { match: '^end (?<g>\\w+) ', within: 400ms }, alert: {} }
  - { id: rc-absent, from: [app], key: [g], absent: { match: '^alive (?<g>\\w+) ', for: 500ms }, alert: {} }
${eventRulesText}
channels: { hook: { webhook: { url: '${url}' } } }
receivers: { all: { channels: [hook] } }
limits: { max-waiting: 100000 }
`);
  twin.configure(`${sources(at, ['ev'])}
include:
${eventInclude(at)}
rules:
${eventRulesText}
channels: { told: { file: { file: ${twin.path('told')} } } }
`);
}

const sources = (at: Site, names: readonly LogName[]): string =>
  `sources:\n${names.map((name) => `  ${name}: { file: ${at.path(`${name}.log`)}, start: beginning }`).join('\n')}`;

const eventInclude = (at: Site): string =>
  `  - { id: ev-sec, sec: ${at.path('event.sec')}, from: [ev], time: event, alert: { on: [logonly] } }`;

const eventRulesText = `  - { id: ev-count, from: [ev], match: 'ecount (?<g>\\w+) ', key: [g], count: { reach: 3, within: 2s }, alert: {} }
  - { id: ev-sequence, from: [ev], key: [g], sequence: { steps: [{ match: 'efirst (?<g>\\w+) ' }, { match: 'esecond (?<g>\\w+) ' }], within: 2s }, alert: {} }
  - { id: ev-expect, from: [ev], match: 'ebegin (?<g>\\w+) ', key: [g], expect: { match: 'eend (?<g>\\w+) ', within: ${longestWaitSeconds}s }, alert: {} }`;

/** `written`: where one rule of SEC writes each number that ends in 7. */
function secRules(prefix: string, written: string | undefined): string {
  const window = prefix === '' ? 1 : 30;
  const threshold = `type=SingleWithThreshold
ptype=RegExp
pattern=${prefix}threshold (\\w+)
desc=threshold $1
action=logonly %s
window=${window}
thresh=3
`;
  const pair = `
type=PairWithWindow
ptype=RegExp
pattern=${prefix}open (\\w+)
desc=open $1
action=logonly %s for too long
ptype2=RegExp
pattern2=${prefix}shut $1
desc2=shut %1
action2=logonly %s in time
window=${prefix === '' ? 1 : longestWaitSeconds}
`;
  const write =
    written === undefined
      ? ''
      : `
type=Single
ptype=RegExp
pattern=numbered (\\d*7) end
desc=number $1
action=write ${written} $1
`;
  return threshold + pair + write;
}

/** Writes lines like a busy program that looks whether its log was rotated. */
export interface Writer {
  /** Numbers written so far: 1 to this one. */
  numbered(): number;
  lines(): number;
  stop(): void;
}

const tickMs = 25;

/** Begins to write; each tick one numbered line, and what rules of the other kinds look for. */
export function startWriter(at: Site, chance: Chance): Writer {
  const logs = { app: openLog(at.path('app.log')), ev: openLog(at.path('ev.log')) };
  let waiting: { readonly due: number; readonly log: LogName; readonly text: string }[] = [];
  let numbered = 0;
  let groups = 0;
  let lines = 0;

  const say = (log: LogName, text: string): void => {
    const stamp = log === 'ev' ? `${new Date().toISOString()} web1 app[7]: ` : '';
    logs[log].write(`${stamp}${text}\n`);
    lines++;
  };

  const plan = (log: LogName, texts: readonly string[], longestGapMs: number): void => {
    let due = Date.now();
    for (const text of texts) {
      waiting.push({ due, log, text });
      due += chance.below(longestGapMs);
    }
  };

  const begin = (): void => {
    const name = `g${++groups}`;
    const few = 2 + chance.below(4);
    const often = (text: string): string[] => Array.from({ length: few }, () => text);
    const perhaps = (text: string): string[] => (chance.below(2) === 0 ? [text] : []);
    switch (chance.below(10)) {
      case 0:
        return plan('app', often(`count ${name} once more`), 250);
      case 1:
        return plan('app', [`first ${name} step`, `second ${name} step`], 600);
      case 2:
        return plan('app', [`begin ${name} work`, ...perhaps(`end ${name} work`)], 800);
      case 3:
        return plan('app', often(`alive ${name} still`), 900);
      case 4:
        return plan('app', often(`threshold ${name}`), 500);
      case 5:
        return plan('app', [`open ${name}`, ...perhaps(`shut ${name}`)], 2000);
      case 6:
        return plan('ev', often(`ecount ${name} once more`), 1500);
      case 7:
        return plan('ev', [`efirst ${name} step`, `esecond ${name} step`], 4000);
      case 8:
        // What comes, comes long before its time is over: a slow machine must not decide.
        return plan('ev', [`ebegin ${name} work`, ...perhaps(`eend ${name} work`)], 1500);
      default:
        plan('ev', often(`ethreshold ${name}`), 500);
        return plan('ev', [`eopen ${name}`, ...perhaps(`eshut ${name}`)], 1500);
    }
  };

  const tick = (): void => {
    for (const log of Object.values(logs)) log.follow();
    say('app', `numbered ${++numbered} end`);
    if (chance.below(4) === 0) begin();
    const now = Date.now();
    for (const { log, text } of waiting.filter(({ due }) => due <= now)) say(log, text);
    waiting = waiting.filter(({ due }) => due > now);
  };
  const timer = setInterval(tick, tickMs);

  return {
    numbered: () => numbered,
    lines: () => lines,
    stop() {
      clearInterval(timer);
      for (const { log, text } of waiting) say(log, text);
      for (const log of Object.values(logs)) log.close();
    },
  };
}

function openLog(path: string) {
  let fd = openSync(path, 'a');
  const inode = (): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
  return {
    write: (text: string) => void writeSync(fd, text),
    close: () => closeSync(fd),
    follow() {
      const there = inode();
      if (there === undefined || there === fstatSync(fd).ino) return;
      closeSync(fd);
      fd = openSync(path, 'a');
    },
  };
}

/** None is deleted: a program that is killed before it can read may miss many. */
const mostRotations = 500;

/** Where in a rotation a program is killed, by logrotate's own scripts. */
export type Rotation = 'whole' | 'killed-before' | 'killed-after';

/** Rotates both logs with the real program; `pid` is killed at the place that `how` names. */
export async function rotate(at: Site, how: Rotation, pid: number): Promise<void> {
  const kill = `    kill -9 ${pid} || true\n  endscript\n`;
  const script =
    how === 'whole'
      ? ''
      : `  sharedscripts\n  ${how === 'killed-before' ? 'prerotate' : 'postrotate'}\n${kill}`;
  const config = at.path(`logrotate.${how}.conf`);
  const logs = logNames.map((name) => at.path(`${name}.log`)).join(' ');
  writeFileSync(
    config,
    `${logs} {\n  su root root\n  rotate ${mostRotations}\n  create\n  compress\n  delaycompress\n  missingok\n${script}}\n`,
    { mode: 0o644 },
  );
  await promisify(execFile)('logrotate', ['-f', '-s', at.path('logrotate.state'), config]);
}
