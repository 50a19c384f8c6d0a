import type { CaseText, RuleText } from './case-text.ts';

/** Makes a case smaller for as long as `fails` says that it still shows what it showed. */
export async function shrink(
  text: CaseText,
  fails: (smaller: CaseText) => Promise<boolean>,
): Promise<CaseText> {
  let small = text;
  for (let changed = true; changed;) {
    changed = false;
    for (const make of [withoutFile, withoutRule, withoutItem, withoutSetting, withoutField, withoutAction]) {
      for (let at = 0; ;) {
        const smaller = make(small, at);
        if (smaller === undefined) break;
        if (await fails(smaller)) {
          small = smaller;
          changed = true;
        } else at += 1;
      }
    }
  }
  return small;
}

/** The case without its part number `at`; undefined: there are not so many. */
type Smaller = (text: CaseText, at: number) => CaseText | undefined;

const withoutFile: Smaller = (text, at) => {
  if (at >= text.files.length || text.files.length < 2) return undefined;
  return { ...text, files: text.files.toSpliced(at, 1) };
};

const withoutItem: Smaller = (text, at) =>
  at >= text.items.length ? undefined : { ...text, items: text.items.toSpliced(at, 1) };

const withoutSetting: Smaller = (text, at) =>
  at >= text.settings.length ? undefined : { ...text, settings: text.settings.toSpliced(at, 1) };

const withoutRule: Smaller = (text, at) => {
  let left = at;
  for (const [index, file] of text.files.entries()) {
    if (left < file.rules.length) {
      const rules = file.rules.toSpliced(left, 1);
      return { ...text, files: text.files.with(index, { ...file, rules }) };
    }
    left -= file.rules.length;
  }
  return undefined;
};

/** Fields of all rules, one after the other. */
function eachRule(
  text: CaseText,
  at: number,
  change: (rule: RuleText, at: number) => RuleText,
): CaseText | undefined {
  let left = at;
  for (const [index, file] of text.files.entries()) {
    for (const [number, rule] of file.rules.entries()) {
      if (left < rule.length) {
        const rules = file.rules.with(number, change(rule, left));
        return { ...text, files: text.files.with(index, { ...file, rules }) };
      }
      left -= rule.length;
    }
  }
  return undefined;
}

const withoutField: Smaller = (text, at) => eachRule(text, at, (rule, field) => rule.toSpliced(field, 1));

/** Actions are looked for by their semicolons; what is no list of actions any more just does not fail. */
const withoutAction: Smaller = (text, at) => {
  const pieces = text.files
    .flatMap(({ rules }) => rules.flat())
    // Perl that does not compile is another matter.
    .map((field) => (field.includes('sub {') ? 1 : field.split('; ').length));
  let left = at;
  for (const [index, count] of pieces.entries()) {
    if (count > 1 && left < count) {
      return eachRule(text, index, (rule, field) => rule.with(field, withoutPiece(rule[field] ?? '', left)));
    }
    left -= count > 1 ? count : 0;
  }
  return undefined;
};

function withoutPiece(field: string, at: number): string {
  const [, name = '', value = ''] = /^([^=]*=)(.*)$/s.exec(field) ?? [];
  return name + value.split('; ').toSpliced(at, 1).join('; ');
}
