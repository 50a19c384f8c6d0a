import type { SecActions, SecCommand, SecContext, SecHalf, SecPattern } from '../../engine/sec/program.ts';
import { readActions } from './action-list.ts';
import { readContext } from './contexts.ts';
import type { Continues } from './continues.ts';
import type { Field, RuleBlock } from './fields.ts';
import { parameter } from './parens.ts';
import { NEVER, readPattern } from './patterns.ts';
import type { Reading } from './reading.ts';
import { words } from './text.ts';

/** Reads the fields of one rule. What is missing or broken was reported and gives something harmless. */
export interface RuleFields {
  readonly block: RuleBlock;
  readonly reading: Reading;
  readonly field: (keyword: string) => Field | undefined;
  readonly text: (keyword: string) => string;
  /** The number of seconds or events in a field, at least `least`. */
  readonly whole: (keyword: string, least: number, otherwise?: number) => number;
  readonly yes: (keyword: string, otherwise: boolean) => boolean;
  readonly actions: (keyword: string) => SecActions;
  readonly context: (keyword: string) => { readonly context?: SecContext };
  /** Pattern, context and continue with this suffix. `filledIn`: see `PatternFields`. */
  readonly half: (suffix: string, filledIn?: boolean) => SecHalf;
  readonly pattern: (suffix: string, filledIn: boolean) => SecPattern;
  readonly command: (keyword: string, type: SecCommand['type']) => SecCommand;
}

export function createRuleFields(block: RuleBlock, continues: Continues, reading: Reading): RuleFields {
  const { report } = reading;
  const field = (keyword: string): Field | undefined => block.fields.get(keyword);
  const text = (keyword: string): string => field(keyword)?.value.text ?? '';
  const context = (keyword: string): { readonly context?: SecContext } => {
    const written = field(keyword);
    return written === undefined ? {} : { context: readContext(written.value, reading) };
  };
  const pattern = (suffix: string, filledIn: boolean): SecPattern => {
    const [ptype, written] = [field(`ptype${suffix}`), field(`pattern${suffix}`)];
    if (ptype === undefined || written === undefined) return NEVER;
    const varmap = field(`varmap${suffix}`);
    return readPattern({ ptype, pattern: written, varmap, rule: block.spot, filledIn }, reading);
  };
  return {
    block,
    reading,
    field,
    text,
    context,
    pattern,
    half: (suffix, filledIn = false) => ({
      pattern: pattern(suffix, filledIn),
      ...context(`context${suffix}`),
      continues: continues(field(`continue${suffix}`)),
    }),
    whole: (keyword, least, otherwise = least) => {
      const written = field(keyword)?.value;
      if (written === undefined) return otherwise;
      if (/^\d+$/.test(written.text) && Number(written.text) >= least) return Number(written.text);
      report.error('number', written, `${keyword} is a whole number of at least ${String(least)}`);
      return otherwise;
    },
    yes: (keyword, otherwise) => {
      const written = field(keyword)?.value;
      if (written === undefined) return otherwise;
      if (!/^(?:yes|no)$/i.test(written.text)) report.error('yes-no', written, `${keyword} is yes or no`);
      return /^yes$/i.test(written.text);
    },
    actions: (keyword) => {
      const written = field(keyword)?.value;
      return written === undefined ? [] : readActions(written, reading);
    },
    command: (keyword, type) => {
      const written = field(keyword)?.value;
      if (written === undefined) return { type: 'words', words: [] };
      if (type === 'line') return { type, text: written.text };
      return { type, words: words(written).map((word) => parameter(word).text) };
    },
  };
}
