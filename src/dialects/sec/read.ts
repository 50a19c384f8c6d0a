import { closest } from '../../kit/distance.ts';
import type { SecFile, SecProgram, SecRule, SecSettings } from '../../engine/sec/program.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { createGotos } from './continues.ts';
import { readBlocks, type RuleBlock } from './fields.ts';
import type { Reading, ReadOptions } from './reading.ts';
import { createReport } from './report.ts';
import { createRuleFields } from './rule-fields.ts';
import { MOST_MEMBERS, ruleForm, ruleTypeNames, type RuleForm } from './rule-types.ts';
import { buildRule } from './rules.ts';
import { words } from './text.ts';

/** A rule file as a byte string: one character a byte. */
export interface SecSource {
  /** The name by which it was given; part of the names of operations. */
  readonly name: string;
  readonly text: string;
}

/** How to read rule files; `settings` are those of SEC's switches that the machine must know. */
export interface SecReadOptions extends Omit<ReadOptions, 'bufsize'> {
  readonly settings: SecSettings;
}

/**
 * Reads the rule files of one instance of SEC, in the order of its command line. It never fails: a broken rule
 * is left out with an `error`, gets no number, and the rest stands, as with SEC itself. Whether an error is
 * one for the whole is the caller's decision.
 */
export function readSecFiles(
  files: readonly SecSource[],
  { settings, ...options }: SecReadOptions,
): { readonly program: SecProgram; readonly diagnostics: readonly Diagnostic[] } {
  const read = files.map((file) => readFile(file, { ...options, bufsize: settings.bufsize }));
  return {
    program: { files: read.map(({ file }) => file), settings },
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  };
}

interface FileResult {
  readonly file: SecFile;
  readonly diagnostics: readonly Diagnostic[];
}

function readFile({ name, text }: SecSource, options: ReadOptions): FileResult {
  const report = createReport(name);
  const reading: Reading = { options, report };
  const gotos = createGotos(report);
  const rules: SecRule[] = [];
  let membership: Membership = { sets: [], procallin: true };
  for (const block of readBlocks(text, report)) {
    gotos.label(block, rules.length);
    if (block.fields.size === 0) continue;
    const before = report.errors();
    const form = checkForm(block, reading);
    if (form === undefined) continue;
    if (form.type === 'Options') {
      if (report.errors() === before) membership = readOptionsRule(block, reading);
      continue;
    }
    const rule = buildRule(form, createRuleFields(block, gotos.continues(rules.length), reading));
    if (rule !== undefined && report.errors() === before) rules.push(rule);
    else gotos.drop(rules.length);
  }
  gotos.resolve(rules.length);
  return { file: { name, rules, ...membership }, diagnostics: report.diagnostics };
}

/** The form of a block's type; unknown and missing keywords are reported on the way. */
function checkForm(block: RuleBlock, { report }: Reading): RuleForm | undefined {
  const type = block.fields.get('type');
  if (type === undefined) {
    report.error('type', block.spot, 'this rule has no type', `one of ${ruleTypeNames.join(', ')}`);
    return undefined;
  }
  const form = ruleForm(type.value.text);
  if (form === undefined || form.members > MOST_MEMBERS) {
    const near = closest(type.value.text, ruleTypeNames);
    const hint = near === undefined ? `one of ${ruleTypeNames.join(', ')}` : `did you mean ${near}?`;
    report.error('type', type.value, `there is no rule type '${type.value.text}'`, hint);
    return undefined;
  }
  const known = new Set([...form.required, ...form.optional]);
  for (const [name, { keyword }] of block.fields) {
    if (name === 'type' || known.has(name)) continue;
    const near = closest(name, known);
    const hint = near === undefined ? `it may have ${[...known].join(', ')}` : `did you mean ${near}?`;
    report.error('keyword', keyword, `a rule of type ${form.type} has no '${name}'`, hint);
  }
  for (const name of form.required) {
    if (block.fields.has(name)) continue;
    report.error('missing', block.spot, `a rule of type ${form.type} needs '${name}'`);
  }
  return form;
}

type Membership = Pick<SecFile, 'sets' | 'procallin'>;

function readOptionsRule({ fields }: RuleBlock, { report }: Reading): Membership {
  const [sets, procallin] = [fields.get('joincfset')?.value, fields.get('procallin')?.value];
  if (procallin !== undefined && !/^(?:yes|no)$/i.test(procallin.text)) {
    report.warning('yes-no', procallin, 'procallin is yes or no: it is taken for yes');
  }
  return {
    sets: sets === undefined ? [] : words(sets).map(({ text }) => text),
    procallin: procallin === undefined || !/^no$/i.test(procallin.text),
  };
}
