import type { PairSecond, SecGroupMember, SecPattern, SecRule } from '../../engine/sec/program.ts';
import { readCalendar } from './calendar.ts';
import { readPattern, setsVariables } from './patterns.ts';
import type { RuleFields } from './rule-fields.ts';
import { suffix, type RuleForm } from './rule-types.ts';
import { words } from './text.ts';

/** Makes the rule that the fields of a checked form say. */
export function buildRule(form: RuleForm, fields: RuleFields): SecRule | undefined {
  const { block, text, half, actions, whole } = fields;
  const named = { desc: text('desc'), line: block.spot.line, hash: block.hash };
  switch (form.type) {
    case 'Single':
      return { ...named, ...half(''), type: form.type, action: actions('action') };
    case 'SingleWithScript':
      return {
        ...named,
        ...half(''),
        type: form.type,
        script: fields.command('script', fields.yes('shell', true) ? 'line' : 'words'),
        action: actions('action'),
        action2: actions('action2'),
      };
    case 'SingleWithSuppress':
      return {
        ...named,
        ...half(''),
        type: form.type,
        action: actions('action'),
        window: whole('window', 1),
      };
    case 'SingleWithThreshold':
      return {
        ...named,
        ...half(''),
        type: form.type,
        ...threshold(fields),
        action2: actions('action2'),
      };
    case 'SingleWith2Thresholds':
      return {
        ...named,
        ...half(''),
        type: form.type,
        ...threshold(fields),
        desc2: text('desc2'),
        action2: actions('action2'),
        window2: whole('window2', 1),
        thresh2: whole('thresh2', 0),
      };
    case 'Pair':
    case 'PairWithWindow': {
      const window = whole('window', form.type === 'Pair' ? 0 : 1);
      return { ...named, ...pair(fields), type: form.type, action: actions('action'), window };
    }
    case 'EventGroup':
      return { ...named, type: form.type, ...group(form.members, fields) };
    case 'Suppress':
      return { ...named, ...half(''), type: form.type };
    case 'Calendar':
      return {
        ...named,
        type: form.type,
        time: calendar(fields),
        ...fields.context('context'),
        action: actions('action'),
      };
    case 'Jump':
      return { ...named, ...half(''), type: form.type, ...jump(fields) };
    case 'Options':
      return undefined;
  }
}

const threshold = ({ actions, whole }: RuleFields) => ({
  action: actions('action'),
  window: whole('window', 1),
  thresh: whole('thresh', 1),
});

function pair({ text, half, actions }: RuleFields): ReturnType<RuleFields['half']> & PairSecond {
  const first = half('');
  const second = half('2', setsVariables(first.pattern));
  return { ...first, second, desc2: text('desc2'), action2: actions('action2') };
}

function group(members: number, fields: RuleFields) {
  const { actions, whole, yes } = fields;
  const egpattern = groupPattern(fields);
  return {
    members: Array.from({ length: members }, (_, index) => member(suffix(index + 1), fields)),
    action: actions('action'),
    init: actions('init'),
    slide: actions('slide'),
    end: actions('end'),
    multact: yes('multact', false),
    window: whole('window', 1),
    ...(egpattern === undefined ? {} : { egpattern }),
  };
}

function member(end: string, { half, actions, whole, field, reading }: RuleFields): SecGroupMember {
  const token = field(`egtoken${end}`);
  if (token !== undefined && field('egpattern') === undefined) {
    reading.report.error(
      'group-pattern',
      token.keyword,
      'a token means something with egptype and egpattern only',
    );
  }
  return {
    ...half(end),
    count: actions(`count${end}`),
    thresh: whole(`thresh${end}`, 1),
    ...(token === undefined ? {} : { token: token.value.text }),
  };
}

function groupPattern({ field, block, reading }: RuleFields): SecPattern | undefined {
  const [ptype, pattern] = [field('egptype'), field('egpattern')];
  const lone = ptype ?? pattern;
  if (ptype === undefined || pattern === undefined) {
    if (lone !== undefined) {
      reading.report.error(
        'group-pattern',
        lone.keyword,
        'egptype and egpattern stand together or not at all',
      );
    }
    return undefined;
  }
  if (!/^n?(?:substr|regexp|perlfunc)$/i.test(ptype.value.text)) {
    const hint = 'SubStr, RegExp, PerlFunc or one of them with N before it, without a count of lines';
    reading.report.error('pattern-type', ptype.value, 'not a type for egpattern', hint);
    return undefined;
  }
  return readPattern({ ptype, pattern, rule: block.spot, filledIn: false }, reading);
}

function calendar({ field, reading, block }: RuleFields) {
  const time = field('time')?.value;
  return readCalendar(time ?? { text: '* * * * *', pieces: [{ at: 0, ...block.spot }] }, reading.report);
}

function jump({ field, yes }: RuleFields) {
  const cfset = field('cfset');
  const constset = yes('constset', true);
  if (cfset === undefined) return { constset };
  return { constset, cfset: words(cfset.value).map(({ text }) => text) };
}
