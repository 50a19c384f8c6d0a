import { hashText } from '../../kit/hash.ts';
import type { Json } from '../../model/json.ts';
import { instant, latest, type Instant } from '../../model/time.ts';
import { doAction, type OpenPipe } from './actions.ts';
import { compileCondition, type Test } from './conditions.ts';
import type { SwatchLine, SwatchOutput, SwatchPorts } from './contract.ts';
import type { SwatchAction, SwatchBlock, SwatchProgram, SwatchThreshold } from './program.ts';
import { fill, type Scene } from './texts.ts';
import { freshThreshold, passesThreshold } from './threshold.ts';
import { freshThrottle, passThrottle, withoutStamp } from './throttle.ts';
import { isWithin } from './when.ts';

/** A configuration of swatch at work. It knows the time only from its lines. */
export interface SwatchMachine {
  take(line: SwatchLine): readonly SwatchOutput[];
  /** Ends what `quit` began. */
  begin(): void;
  /** All of its state but the tables: undefined when it did not change since the last call. */
  change(): Json | undefined;
  restore(value: Json): void;
}

/** Longest key in characters; a longer one is told apart by a hash. */
const MOST_KEY = 512;

interface ReadyBlock {
  readonly block: SwatchBlock;
  readonly test: Test;
}

/** What happened to a line in a block: an action with the message that it tells. */
interface Passed {
  readonly key: string;
  readonly message: string;
}

export function createSwatchMachine({ blocks }: SwatchProgram, ports: SwatchPorts): SwatchMachine {
  const ready = blocks.map((block): ReadyBlock => ({
    block,
    test: compileCondition(block.condition, block.place, ports.match),
  }));
  const pipe: OpenPipe = { command: '' };
  let children = 0;
  let stopped = false;
  let clock = instant(0);
  let written = JSON.stringify([0, false, '', 0]);
  const child = (): string => String((children += 1));
  const act = createActing(ports, { child, pipe });

  /** Goes through the blocks as far as the line goes. */
  const look = (line: SwatchLine): readonly SwatchOutput[] => {
    const outputs: SwatchOutput[] = [];
    for (const { block, test } of ready) {
      const outcome = test(line.text);
      if (outcome === 'cutOff') outputs.push({ type: 'cutOff', place: block.place });
      else if (outcome.holds) {
        outputs.push(...act(block, { line: line.text, groups: outcome.groups }, line));
        if (block.after === 'quit') {
          stopped = true;
          pipe.command = '';
          return [...outputs, { type: 'quit', place: block.place }];
        }
        if (block.after === 'nextLine') return outputs;
      }
    }
    return outputs;
  };

  return {
    take(line) {
      clock = latest(clock, line.now);
      return stopped ? [] : look({ ...line, now: clock });
    },
    begin: () => void (stopped = false),
    change() {
      const value = [children, stopped, pipe.command, clock] as const;
      const text = JSON.stringify(value);
      if (text === written) return undefined;
      written = text;
      return value;
    },
    restore(value) {
      // Only `change` writes it.
      [children, stopped, pipe.command, clock] = value as [number, boolean, string, Instant];
      written = JSON.stringify(value);
    },
  };
}

type Act = (block: SwatchBlock, scene: Scene, line: SwatchLine) => readonly SwatchOutput[];

/** What a line that matches a block comes to. */
function createActing(ports: SwatchPorts, tools: Parameters<typeof doAction>[3]): Act {
  const passes = (name: string, rule: SwatchThreshold | undefined, scene: Scene, now: Instant): boolean => {
    if (rule === undefined) return true;
    const second = Math.floor(now / 1000);
    const key = [name, bounded(fill(rule.trackBy, scene))];
    const entry = ports.thresholds.open(key, now, () => freshThreshold(second));
    const passed = passesThreshold(entry.state, rule, second);
    ports.thresholds.touch(entry);
    return passed;
  };

  /** Undefined: the throttle holds the event back. */
  const throttled = (
    { throttle, threshold }: SwatchBlock,
    scene: Scene,
    line: SwatchLine,
  ): Passed | undefined => {
    const tracked = threshold === undefined ? '' : fill(threshold.trackBy, scene);
    if (throttle === undefined) return { key: tracked, message: scene.line };
    const key = throttle.key === undefined ? withoutStamp(scene.line) : fill(throttle.key, scene);
    const second = Math.floor((throttle.time === 'stamp' ? line.at : line.now) / 1000);
    const entry = ports.throttles.open([bounded(key)], line.now, () => freshThrottle(second));
    const suffix = passThrottle(entry.state, throttle, second);
    ports.throttles.touch(entry);
    return suffix === undefined ? undefined : { key, message: scene.line + suffix };
  };

  const one = (action: SwatchAction, index: number, { block, passed, scene, now }: Place): SwatchOutput => {
    const { when, place } = action;
    if (when !== undefined && !isWithin(when, ports.localTime(now))) return absorbed('when');
    if (!passes(`${block.hash}.${String(index)}`, action.threshold, scene, now)) return absorbed('window');
    const message = action.message === undefined ? passed.message : fill(action.message, scene);
    const done = doAction(action, message, scene, tools);
    if ('refused' in done) return { type: 'refused', place, why: done.refused };
    return {
      type: 'do',
      place,
      block: block.place,
      action: action.type,
      key: passed.key,
      message,
      groups: scene.groups,
      intents: done.intents,
    };
  };

  return (block, scene, line) => {
    if (block.type === 'ignore') return [absorbed('excepted')];
    const { now } = line;
    if (!passes(block.hash, block.threshold, scene, now)) return [absorbed('window')];
    const passed = throttled(block, scene, line);
    if (passed === undefined) return [absorbed('window')];
    return block.actions.map((action, index) => one(action, index, { block, passed, scene, now }));
  };
}

interface Place {
  readonly block: SwatchBlock;
  readonly passed: Passed;
  readonly scene: Scene;
  readonly now: Instant;
}

const absorbed = (reason: 'excepted' | 'window' | 'when'): SwatchOutput => ({ type: 'absorbed', reason });

const bounded = (key: string): string =>
  key.length <= MOST_KEY ? key : `${key.slice(0, MOST_KEY - 32)} ${hashText(key)}`;
