import { instant } from '../../model/time.ts';
import { createRunner, type RunWhole } from './actions/run.ts';
import { createAddedInputs, type AddedInputs } from './added-inputs.ts';
import { createBuffers, type Buffers } from './buffer.ts';
import { createBuiltIns } from './built-ins.ts';
import { createCache, type Cache } from './cache.ts';
import { createCalendar, type Calendar } from './calendar.ts';
import { createChildren, type Children } from './children.ts';
import type { Clock } from './clock.ts';
import { createContexts, type Contexts } from './contexts.ts';
import type { SecPorts } from './contract.ts';
import { createEvents, type Events } from './events.ts';
import { createEvaluator } from './expression.ts';
import { createFiles, type Files } from './files.ts';
import { createOperations, type Operations } from './operations.ts';
import { createOutputs, type Outputs } from './outputs.ts';
import { createPerl } from './perl.ts';
import { linesAtOnce } from './pattern-lines.ts';
import type { SecProgram } from './program.ts';
import { compile, createRegexes } from './regexes.ts';
import { createShell } from './shell.ts';
import { createTexts } from './texts.ts';
import { createVariables, type Variables } from './variables.ts';

/** All parts of an instance of SEC, put together. */
export interface Instance {
  readonly clock: Clock;
  readonly outputs: Outputs;
  readonly buffers: Buffers;
  readonly cache: Cache;
  readonly calendar: Calendar;
  readonly children: Children;
  readonly contexts: Contexts;
  readonly events: Events;
  readonly inputs: AddedInputs;
  readonly operations: Operations;
  readonly variables: Variables;
  readonly files: Files;
  readonly run: RunWhole;
  /**
   * Tries the rules on a line of `source` (undefined: one that SEC made itself); `context` is the internal
   * context there is meanwhile.
   */
  look(text: string, source: string | undefined, context: string | undefined): void;
}

/** As many values of the greatest length may come of one text whose values are read again. */
const LONG_VALUES = 4;

export function createInstance(program: SecProgram, ports: SecPorts): Instance {
  const { settings } = program;
  const { limits } = ports;
  const clock: Clock = { now: 0, kept: undefined, begun: 0 };
  const outputs = createOutputs();
  const cache = createCache();
  const size = settings.bufsize > 0 ? settings.bufsize : linesAtOnce(program);
  const buffers = createBuffers(size, settings.jointbuf || size === 1);
  const variables = createVariables(clock, createBuiltIns(clock, ports, settings.chars ?? 31), limits.value);
  const texts = createTexts(variables, cache, {
    most: LONG_VALUES * limits.value,
    reached: (place) =>
      outputs.limit(
        'value',
        'a value of the match cache asks for too much text: the rest is left out',
        place,
      ),
  });
  const perl = createPerl(ports.perl, cache, outputs);
  const shell = createShell(settings, texts);
  const events = createEvents(clock, outputs, limits.operations, limits.value);
  const inputs = createAddedInputs();
  const children = createChildren(outputs, limits.operations);
  const regexes = createRegexes(ports.match);
  let internalContext: string | undefined;

  /** What a list does may be what a Calendar rule waits for. */
  const run: RunWhole = (list) => {
    calendar.stir();
    runner(list);
  };

  const contexts = createContexts({
    clock,
    limits,
    run,
    full: (what) => outputs.limit(what, `the limit of ${what} is reached: the oldest gave way`),
  });
  const operations = createOperations({
    clock,
    limits,
    owners: (file) => files.owners(file),
    full: (place) =>
      outputs.limit('operations', 'the limit of operations is reached: the oldest gave way', place),
  });
  const evaluate = createEvaluator({ contexts, cache, perl, texts });
  const runner = createRunner({
    buffers,
    cache,
    children,
    clock,
    contexts,
    events,
    inputs,
    limits,
    operations,
    outputs,
    perl,
    settings,
    shell,
    texts,
    variables,
  });
  const calendar = createCalendar(program, {
    clock,
    evaluate,
    localTime: (second) => ports.localTime(instant(second * 1000)),
    run,
  });
  const files = createFiles(program, {
    cache,
    children,
    clock,
    contexts,
    evaluate,
    limits,
    operations,
    outputs,
    patterns: {
      buffers,
      cache,
      outputs,
      perl,
      internalContext: () => internalContext,
      compile: (source) => compile(source, ports.match),
    },
    perl,
    regexes,
    run,
    shell,
    texts,
  });

  return {
    clock,
    outputs,
    buffers,
    cache,
    calendar,
    children,
    contexts,
    events,
    inputs,
    operations,
    variables,
    files,
    run,
    look(text, source, context) {
      calendar.stir();
      buffers.push(source, text);
      cache.clear();
      internalContext = context;
      const entered = context === undefined ? undefined : contexts.enter(context);
      files.search();
      if (entered !== undefined) contexts.leave(entered);
      internalContext = undefined;
    },
  };
}
