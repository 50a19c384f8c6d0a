import type { SecContinue } from '../../engine/sec/program.ts';
import type { Field, RuleBlock } from './fields.ts';
import type { Report } from './report.ts';
import { cut, type Text } from './text.ts';

/** Reads a continue field; absent: the search ends in this file. */
export type Continues = (field: Field | undefined) => SecContinue;

/** The labels of one file, and the GoTos that wait for them: a GoTo leads forward, to what is not yet read. */
export interface Gotos {
  /** Notes a block's labels; `next` is its rule's number, or of the next one if it has none. */
  readonly label: (block: RuleBlock, next: number) => void;
  /** Reads the continue fields of the rule that has the number `from` if it is valid. */
  readonly continues: (from: number) => Continues;
  /** Forgets the GoTos of a rule that was refused. */
  readonly drop: (from: number) => void;
  /** Leads every GoTo to its rule, once all `count` rules are read. */
  readonly resolve: (count: number) => void;
}

interface Goto {
  readonly from: number;
  readonly keyword: Text;
  readonly label: Text;
  readonly goal: { readonly to: 'rule'; rule: number };
}

export function createGotos(report: Report): Gotos {
  const labels = new Map<string, number>();
  let waiting: readonly Goto[] = [];
  return {
    label: (block, next) => block.labels.forEach(({ text }) => labels.set(text, next)),
    continues: (from) => (field) => {
      if (field === undefined) return { to: 'endOfFile' };
      const label = labelOf(field.value);
      if (label === undefined) return plain(field.value, report);
      const goal: Goto['goal'] = { to: 'rule', rule: from + 1 };
      waiting = [...waiting, { from, keyword: field.keyword, label, goal }];
      return goal;
    },
    drop: (from) => {
      waiting = waiting.filter((goto) => goto.from !== from);
    },
    resolve: (count) => {
      for (const { from, keyword, label, goal } of waiting) {
        const rule = labels.get(label.text);
        goal.rule = rule === undefined || rule <= from ? count : rule;
        if (rule !== undefined && rule > from) continue;
        const why =
          rule === undefined ? `there is no label '${label.text}'` : `'${label.text}' does not stand below`;
        const hint = `a GoTo leads to a label behind its own rule`;
        report.warning('label', label, `${why}: ${keyword.text} is taken for DontCont`, hint);
      }
    },
  };
}

function labelOf(value: Text): Text | undefined {
  const found = /^goto[\t-\r ]+/i.exec(value.text);
  return found === null ? undefined : cut(value, found[0].length);
}

function plain(value: Text, report: Report): SecContinue {
  switch (value.text.toLowerCase()) {
    case 'takenext':
      return { to: 'next' };
    case 'endmatch':
      return { to: 'endOfAll' };
    default: {
      if (value.text.toLowerCase() !== 'dontcont') {
        report.error('continue', value, 'not a way to go on', 'TakeNext, DontCont, EndMatch or GoTo LABEL');
      }
      return { to: 'endOfFile' };
    }
  }
}
