import type { SwatchAction, SwatchBlock } from '../../engine/swatch/program.ts';
import { hashText } from '../../kit/hash.ts';
import type { MatchPorts } from '../../match/contract.ts';
import { spotOf, type Text } from '../sec/text.ts';
import { actionNames, readAction, type ActionForm } from './actions.ts';
import { readThreshold, readThrottle } from './clock-forms.ts';
import { readCondition } from './condition.ts';
import { readPerlcode } from './perlcode.ts';
import type { Report } from './report.ts';
import type { Statement } from './statements.ts';

/** What stands together in a file: a pattern and what is done where it matches. */
interface Section {
  readonly keyword: Text;
  readonly pattern: Text;
  readonly actions: readonly Statement[];
  readonly throttle: Text | undefined;
  readonly threshold: Text | undefined;
}

/** What building blocks needs. */
export interface BlockPorts {
  readonly form: ActionForm;
  readonly match: MatchPorts;
  /** Constants of all files so far. */
  readonly constants: Map<string, string>;
  readonly report: Report;
  /** The blocks of a file that is included where `path` stands. */
  readonly include: (path: Text, report: Report) => readonly SwatchBlock[];
}

const STARTS = /^(?:watchfor|waitfor|ignore)$/i;

/**
 * Makes blocks of statements, in the order in which swatch tries them: a block that is not at its end where a
 * file is included comes behind the included ones.
 */
export function buildBlocks(statements: readonly Statement[], ports: BlockPorts): readonly SwatchBlock[] {
  const { report, constants } = ports;
  const blocks: SwatchBlock[] = [];
  let open: { keyword: Text; pattern: Text } | undefined;
  let begun = false;
  let rest: Pick<Section, 'throttle' | 'threshold'> & { actions: Statement[] } = nothing();

  const close = (): void => {
    if (open === undefined) return;
    const block = buildBlock({ ...open, ...rest }, ports);
    if (block !== undefined) blocks.push(block);
    open = undefined;
    rest = nothing();
  };

  for (const statement of statements) {
    const { keyword, value } = statement;
    if (/^include$/i.test(keyword.text)) {
      const included = ports.include(value, report);
      if (open !== undefined && included.length > 0) {
        report.trap('include-order', keyword, 'the block before this comes behind the included ones');
      }
      blocks.push(...included);
    } else if (STARTS.test(keyword.text)) {
      close();
      begun = true;
      open = { keyword, pattern: value };
    } else if (/^perlcode$/i.test(keyword.text)) {
      if (!/^[23]\s/.test(value.text)) close();
      readPerlcode(value, constants, report);
    } else if (!begun) {
      report.leftOut('keyword', keyword, 'this stands before the first block: it is left out', NO_BLOCK);
    } else if (/^throttle$/i.test(keyword.text)) rest = { ...rest, throttle: value };
    else if (/^threshold$/i.test(keyword.text)) rest = { ...rest, threshold: value };
    else rest.actions.push(statement);
  }
  close();
  return numbered(blocks);
}

const NO_BLOCK = 'a block begins with watchfor or ignore';

const nothing = () => ({ actions: [], throttle: undefined, threshold: undefined });

/** Also makes a block of each line in the old style. */
export function buildBlock(
  section: Section,
  { form, match, constants, report }: BlockPorts,
): SwatchBlock | undefined {
  const { keyword, pattern, actions } = section;
  const type = keyword.text.toLowerCase();
  if (type === 'waitfor') {
    report.leftOut('waitfor', keyword, 'waitfor does nothing in swatch: it is left out');
    return undefined;
  }
  const condition = readCondition(pattern, { constants, match, report });
  const place = { file: report.file, line: spotOf(keyword).line };
  if (type === 'ignore') {
    const [first] = actions;
    if (first !== undefined)
      report.leftOut('ignore', first.keyword, 'nothing is done for lines that are ignored');
    if (condition === undefined) return undefined;
    return block({ place, type, condition, actions: [], after: 'nextLine' });
  }
  const texts = { ...form, constants, command: false };
  const { threshold: limit, throttle: hold } = section;
  const threshold = limit === undefined ? undefined : readThreshold(limit, texts, report);
  const throttle = hold === undefined ? undefined : readThrottle(hold, pattern.text, texts, report);
  const read = readActions(actions, { ...form, constants }, report);
  // The mistakes of its actions were told too.
  if (condition === undefined) return undefined;
  return block({
    place,
    type: 'watchfor',
    condition,
    ...(threshold === undefined ? {} : { threshold }),
    ...(throttle === undefined ? {} : { throttle }),
    ...read,
  });
}

function readActions(
  statements: readonly Statement[],
  form: ActionForm,
  report: Report,
): Pick<SwatchBlock, 'actions' | 'after'> {
  const actions: SwatchAction[] = [];
  const ends = new Set<string>();
  for (const statement of statements) {
    const keyword = lowered(statement, report);
    if (keyword.keyword.text === 'continue' || keyword.keyword.text === 'quit')
      ends.add(keyword.keyword.text);
    else {
      const action = readAction(keyword, form, report);
      if (action !== undefined) actions.push(action);
    }
  }
  return { actions, after: ends.has('quit') ? 'quit' : ends.has('continue') ? 'nextBlock' : 'nextLine' };
}

/** Actions in capitals are taken as they are meant. */
function lowered(statement: Statement, report: Report): Statement {
  const { keyword } = statement;
  const lower = keyword.text.toLowerCase();
  if (lower === keyword.text || ![...actionNames, 'continue', 'quit'].includes(lower)) return statement;
  report.repaired('case', keyword, 'swatch itself knows actions in small letters only');
  return { ...statement, keyword: { ...keyword, text: lower } };
}

const PLACES = new Set(['place', 'line', 'column', 'file']);

/** Counters hang on what a block is, not on where it stands. */
const block = (parts: Omit<SwatchBlock, 'hash'>): SwatchBlock => ({
  ...parts,
  hash: hashText(JSON.stringify(parts, (name, value: unknown) => (PLACES.has(name) ? undefined : value))),
});

/** Blocks that are the same have counters of their own all the same. */
function numbered(blocks: readonly SwatchBlock[]): readonly SwatchBlock[] {
  const seen = new Map<string, number>();
  return blocks.map((one) => {
    const times = (seen.get(one.hash) ?? 0) + 1;
    seen.set(one.hash, times);
    return times === 1 ? one : { ...one, hash: `${one.hash}.${String(times)}` };
  });
}
