import { readFileSync, statSync } from 'node:fs';
import { createMatchPorts } from '../../../src/daemon/node-ports.ts';
import { readSecFiles, type SecSource } from '../../../src/dialects/sec/read.ts';
import { readSwitches, settingsOf, type SecSwitches } from '../../../src/dialects/sec/switches.ts';
import type { SecInput, SecOutput, SecPorts } from '../../../src/engine/sec/contract.ts';
import type { SecProgram } from '../../../src/engine/sec/program.ts';
import type { Signal } from '../../../src/model/intent.ts';
import { instant, type Instant } from '../../../src/model/time.ts';
import { textOf } from './bytes.ts';
import { expandGlob } from './glob.ts';
import type { InputLine, InputName } from './inputs.ts';
import { createKeptMachine } from './kept-machine.ts';
import { createPrefilter } from './prefilter.ts';
import type { Sandbox } from './sandbox.ts';
import type { Scenario } from './scenario.ts';
import { utcTime } from './utc-time.ts';

export interface HostOptions {
  readonly perl?: NonNullable<SecPorts['perl']>;
  /** Lines in which no pattern can match are not given to the machine. */
  readonly prefilter?: boolean;
  /** Told of each line that was not given. */
  readonly passedOver?: () => void;
  /** The last N for which there is a `%.chrN`: 31 in Debian's SEC 2.9.1. */
  readonly chars?: 31 | 255;
  /** Before every input the machine is made anew of its rows. */
  readonly reborn?: boolean;
}

/** The instance of SEC: switches, rules, machine. `now` is in virtual seconds. */
export interface Host {
  readonly switches: SecSwitches;
  inputNames(): readonly InputName[];
  start(now: number): readonly SecOutput[];
  line(now: number, line: InputLine): readonly SecOutput[];
  tick(now: number): readonly SecOutput[];
  /** Housekeeping alone, as before SEC looks at signals: events wait. */
  keep(now: number): readonly SecOutput[];
  /** All that a child wrote. */
  output(now: number, child: string, text: string): readonly SecOutput[];
  finished(now: number, child: string, exit: number): readonly SecOutput[];
  /** What waited for signals. */
  goOn(now: number): readonly SecOutput[];
  /** Rules are read again where SEC reads them again. */
  signal(now: number, signal: Signal): readonly SecOutput[];
  end(now: number): readonly SecOutput[];
}

export function createHost(scenario: Scenario, sandbox: Sandbox, options: HostOptions): Host {
  const switches = switchesOf(scenario);
  const ports = portsOf(options);
  const at = (now: number): Instant => instant((scenario.epoch + now) * 1000);
  let rules = readRules(switches, sandbox, options, new Map());
  let machine = createKeptMachine(rules.program, ports, options.reborn === true);
  let wants = createPrefilter(rules.program, ports.match, options.prefilter === true);
  let ticked = 0;
  const step = (input: SecInput): readonly SecOutput[] => machine.step(input);

  return {
    switches,
    inputNames: () =>
      switches.inputs.flatMap(({ glob, context }) =>
        expandGlob(glob, sandbox).map((file) => (context === undefined ? { file } : { file, context })),
      ),
    start: (now) => step({ type: 'started', now: at(now) }),
    line(now, { file, context, text }) {
      if (!wants(text)) {
        options.passedOver?.();
        return [];
      }
      const from = context === undefined ? { source: file } : { source: file, context };
      return step({ type: 'line', now: at(now), ...from, text });
    },
    tick(now) {
      // A tick makes up for the seconds since the last one; SEC, which slept over them, does not.
      const slept = now - ticked > 1;
      ticked = now;
      return step(slept ? { type: 'signal', now: at(now), signal: 'INT' } : { type: 'tick', now: at(now) });
    },
    keep(now) {
      ticked = now;
      return step({ type: 'signal', now: at(now), signal: 'INT', half: 'before' });
    },
    goOn: (now) => step({ type: 'signal', now: at(now), signal: 'INT' }),
    output: (now, child, text) => step({ type: 'output', now: at(now), child, text }),
    finished: (now, child, exit) => step({ type: 'finished', now: at(now), child, exit }),
    signal(now, signal) {
      const input = { type: 'signal', now: at(now), signal } as const;
      const announced = step({ ...input, half: 'before' });
      if (signal !== 'HUP' && signal !== 'ABRT') return [...announced, ...step({ ...input, half: 'after' })];
      const before = rules;
      rules = readRules(switches, sandbox, options, signal === 'HUP' ? new Map() : before.files);
      machine = machine.renewed(
        rules.program,
        signal === 'HUP' ? new Set() : namesReread(before.files, rules.files),
      );
      wants = createPrefilter(rules.program, ports.match, options.prefilter === true);
      return [...announced, ...step({ ...input, half: 'after' })];
    },
    end: (now) => step({ type: 'ended', now: at(now) }),
  };
}

/** The command line that the oracle gives to SEC. */
function switchesOf({ inputs, options }: Scenario): SecSwitches {
  const named = inputs.map(
    ({ file, context }) => `--input=${file}${context === undefined ? '' : `=${context}`}`,
  );
  return readSwitches(['--conf=*.sec', '--input=-', ...named, ...options]).switches;
}

function portsOf({ perl }: HostOptions): SecPorts {
  const ports = { match: createMatchPorts(), localTime: utcTime, limits: LIMITS };
  return perl === undefined ? ports : { ...ports, perl };
}

/** Far beyond what a case does before it counts as endless. */
const LIMITS: SecPorts['limits'] = {
  eventsPerInput: 10_000,
  rounds: 10_000,
  operations: 10_000,
  contexts: 10_000,
  store: 10_000,
  value: 2 ** 20,
};

/** Rule files as they were read, by name, with the second of their last change. */
type RuleFiles = ReadonlyMap<string, { readonly source: SecSource; readonly changed: number }>;

interface Rules {
  readonly program: SecProgram;
  readonly files: RuleFiles;
}

/** Files of `known` that did not change since are not read again. */
function readRules(switches: SecSwitches, sandbox: Sandbox, options: HostOptions, known: RuleFiles): Rules {
  const names = new Set(switches.conf.flatMap((pattern) => expandGlob(pattern, sandbox)));
  const files = new Map([...names].flatMap((name) => readRuleFile(name, sandbox, known)));
  const { program } = readSecFiles(
    [...files.values()].map(({ source }) => source),
    {
      ports: createMatchPorts(),
      precedence: 'sec',
      perl: options.perl !== undefined,
      settings: { ...settingsOf(switches, 'raw'), chars: options.chars ?? 31 },
    },
  );
  return { program, files };
}

/** Files that were read before and were read again, or are gone: SEC ends their operations. */
const namesReread = (before: RuleFiles, now: RuleFiles): ReadonlySet<string> =>
  new Set([...before].filter(([name, file]) => now.get(name) !== file).map(([name]) => name));

function readRuleFile(name: string, sandbox: Sandbox, known: RuleFiles) {
  const path = sandbox.path(name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const changed = Math.floor(stats.mtimeMs / 1000);
  const before = known.get(name);
  if (before?.changed === changed) return [[name, before]] as const;
  return [[name, { source: { name, text: textOf(readFileSync(path)) }, changed }]] as const;
}
