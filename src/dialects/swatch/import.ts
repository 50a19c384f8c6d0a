import type {
  SwatchAction,
  SwatchBlock,
  SwatchPart,
  SwatchProgram,
  SwatchText,
} from '../../engine/swatch/program.ts';
import { BUILT_IN_NAMES } from '../../render/words.ts';
import {
  distinctNames,
  liquidText,
  ruleName,
  secondsText,
  throughText,
  writeRules,
  type Imported,
  type Written,
  type WrittenRule,
} from '../native/write.ts';
import { decoded } from '../sec/import-pattern.ts';
import { formOf, importCondition } from './import-condition.ts';
import type { Findings } from './report.ts';

/** The keys of a rule that say when it raises and how often that is told, and what differs. */
interface Pace {
  readonly keys: { readonly [key: string]: Written | undefined };
  readonly notes: readonly string[];
  readonly lost: readonly string[];
  /** A pattern that gives the key, besides the block's own. */
  readonly also?: string;
}

type Names = ReadonlyMap<string, string> | undefined;

/**
 * A configuration of swatch as native rules, in YAML. What is carried over without "nearly" in its comment is told
 * for the same lines; everything else is a comment with the reason. `findings` are those of reading it.
 */
export function importSwatch({ blocks }: SwatchProgram, findings: Findings): Imported {
  const named = distinctNames();
  const taken: Written[] = [];
  const shared = blocks.filter(({ throttle }) => throttle !== undefined).length > 1;
  let left = findings.errors.length + findings.leftOut.length;
  const rules = blocks.flatMap((block): readonly WrittenRule[] => {
    const above = taken.slice();
    if (block.after !== 'nextBlock') taken.push(formOf(block.condition));
    const made = importBlock(block, above, shared, named);
    left += made?.lost ?? 0;
    return made === undefined ? [] : [made];
  });
  const said = [...findings.errors, ...findings.leftOut, ...findings.repaired];
  const comments = [
    "Imported from swatch's rules. A line is looked at as UTF-8 text, not as bytes; its own time counts, where it has one.",
    ...said.map(({ file, line, message }) => `${file ?? ''}:${line ?? 0}: ${message}`),
  ];
  const count = rules.filter(({ rule }) => rule !== undefined).length;
  return { text: writeRules(comments, rules), rules: count, left };
}

function importBlock(
  block: SwatchBlock,
  above: readonly Written[],
  shared: boolean,
  named: (name: string) => string,
): (WrittenRule & { readonly lost: number }) | undefined {
  const { place, actions, type } = block;
  const where = `${place.file}:${place.line} ${type}`;
  if (type === 'ignore') return { comments: [`${where}: in "except" of the rules below`], lost: 0 };
  if (actions.length === 0)
    return { comments: [`${where}: it does nothing; in "except" of the rules below`], lost: 0 };
  const { form, names } = importCondition(block.condition);
  const pace = paceOf(block, names);
  const told = tellingOf(actions, names);
  const nearly = shared && block.throttle !== undefined ? [SHARED] : [];
  const quits = block.after === 'quit' ? ['quit: native rules go on'] : [];
  const lost = [...pace.lost, ...told.lost, ...quits];
  const base = place.file.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
  return {
    comments: [
      where,
      ...nearly,
      ...pace.notes,
      ...told.notes,
      ...lost.map((one) => `not carried over: ${decoded(one)}`),
    ],
    lost: lost.length,
    rule: {
      id: named(`${ruleName(base)}-${place.line}`),
      in: 'line',
      match: pace.also === undefined ? form : { all: [form, pace.also] },
      except: above.length === 0 ? undefined : above,
      ...pace.keys,
      alert: { title: told.title },
    },
  };
}

const SHARED =
  'nearly the same: swatch keeps one record of a key for all blocks that throttle, here each rule has its own';

function paceOf({ threshold, throttle }: SwatchBlock, names: Names): Pace {
  const limited = threshold === undefined ? NO_PACE : paceOfThreshold(threshold, names);
  if (throttle === undefined) return limited;
  const held = paceOfThrottle(throttle, names);
  if (threshold === undefined) return held;
  const lost = [...limited.lost, ...held.lost, 'the throttle inside of the threshold'];
  return { ...limited, lost, notes: [...limited.notes] };
}

const NO_PACE: Pace = { keys: {}, notes: [], lost: [] };

function paceOfThreshold(
  { trackBy, type, count, seconds }: NonNullable<SwatchBlock['threshold']>,
  names: Names,
): Pace {
  const key = keyOf(trackBy, names);
  if (key === undefined) return { ...NO_PACE, lost: ['threshold: its key is no group of the pattern'] };
  const keyed = key.length === 0 ? {} : { key };
  const quiet = secondsText(seconds);
  if (type === 'threshold' && count === 1) return NO_PACE;
  if (count === 1) return { ...NO_PACE, keys: { ...keyed, quiet } };
  if (type === 'limit') {
    const note = `nearly the same: swatch lets the first ${count} of each ${quiet} pass, here the first is told`;
    return { keys: { ...keyed, quiet }, notes: [note], lost: [] };
  }
  const note = 'nearly the same: windows of swatch stand one behind another, here they slide';
  const keys = { ...keyed, count: { reach: count, within: quiet, once: type === 'both' ? true : undefined } };
  return { keys, notes: [note], lost: [] };
}

/** The line without the time of syslog before it: what swatch tells events apart by. */
const EVENT = '^(?:\\w{3}\\s+\\d{1,2}\\s+\\d{2}:\\d{2}:\\d{2}\\s+)?(?<event>[^\\n]*)';

function paceOfThrottle({ hold, every, key: by }: NonNullable<SwatchBlock['throttle']>, names: Names): Pace {
  const lost = every === undefined ? [] : [`throttle threshold=${every}: a report of every ${every}th event`];
  if (hold === undefined) return { ...NO_PACE, lost };
  const quiet = throughText(hold);
  if (by === undefined) return { keys: { key: ['event'], quiet }, notes: [], lost, also: EVENT };
  const key = keyOf(by, names);
  if (key === undefined)
    return { ...NO_PACE, lost: [...lost, 'throttle: its key is no group of the pattern'] };
  return { keys: { ...(key.length === 0 ? {} : { key }), quiet }, notes: [], lost };
}

/** The groups that a key is made of; a fixed text is none. */
function keyOf(text: SwatchText, names: Names): readonly string[] | undefined {
  const key = new Set<string>();
  for (const part of text) {
    if (part.type === 'text') continue;
    const name = groupName(part, names);
    if (name === undefined) return undefined;
    key.add(name);
  }
  return [...key];
}

/** The group as it is; undefined: something else, or one with its letters changed. */
const groupName = (part: SwatchPart, names: Names): string | undefined =>
  part.type === 'match' && part.letters === undefined ? names?.get(part.group) : undefined;

interface Telling {
  readonly title: string;
  readonly notes: readonly string[];
  readonly lost: readonly string[];
}

/** What actions tell becomes the alert; whoever got it becomes a hint. */
function tellingOf(actions: readonly SwatchAction[], names: Names): Telling {
  const notes: string[] = [];
  const lost: string[] = [];
  let title: string | undefined;
  for (const action of actions) {
    const text = action.message === undefined ? '{{ line }}' : templateOf(action.message, names);
    if (text === undefined)
      lost.push(`the message of ${action.type}: a value in it is no group of the pattern`);
    else title ??= text;
    if (action.when !== undefined) lost.push(`when of ${action.type}: see quiet-hours`);
    if (action.threshold !== undefined) lost.push(`the threshold of ${action.type} alone`);
    const hint = HINTS[action.type];
    if (hint !== undefined) notes.push(`"${action.type}${wordsOf(action)}" is told by the alert: ${hint}`);
  }
  return { title: title ?? '{{ line }}', notes, lost };
}

const HINTS: { readonly [type: string]: string } = {
  bell: 'the screen shows it',
  exec: 'a channel exec runs a command for each alert',
  mail: 'a channel email sends it',
  pipe: 'a channel exec gives it to a command',
  write: 'a channel screen shows it',
};

function wordsOf(action: SwatchAction): string {
  const plain = (text: SwatchText): string =>
    text.map((part) => (part.type === 'text' ? decoded(part.text) : '…')).join('');
  const shown = (words: readonly string[]): string => ` ${words.join(' ')}`;
  if (action.type === 'mail') return shown([plain(action.to)]);
  if (action.type === 'write') return shown(action.users.map(plain));
  if (action.type !== 'exec' && action.type !== 'pipe') return '';
  const { command } = action;
  return command.type === 'script' ? shown([decoded(command.script)]) : shown(command.words.map(plain));
}

/** A text as a Liquid template; undefined: it holds what no field gives. */
function templateOf(text: SwatchText, names: Names): string | undefined {
  let out = '';
  for (const part of text) {
    if (part.type === 'text') out += liquidText(decoded(part.text));
    else if (part.type === 'line' && part.letters === undefined) out += '{{ line }}';
    else {
      const name = groupName(part, names);
      if (name === undefined) return undefined;
      out += `{{ ${BUILT_IN_NAMES.some((known) => known === name) ? 'fields.' : ''}${name} }}`;
    }
  }
  return out === '' ? undefined : out;
}
