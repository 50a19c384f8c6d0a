import type { BrokenSuite, TestReport, TestResult } from './contract.ts';
import { nameOf } from './name.ts';

/**
 * The report as JUnit's XML, the form that CI servers read. One suite, a case for each test; a configuration
 * that is wrong is a case with an error.
 */
export function junitOf({ results, broken = [] }: TestReport): string {
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  const cases = [...results.map((result, index) => caseOf(result, index)), ...broken.map(errorOf)];
  const counts = `tests="${cases.length}" failures="${failed}" errors="${broken.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="bird-sentinel" ${counts} skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf({ test, problems }: TestResult, index: number): string {
  const { place, rule = 'tests' } = test;
  const where = place === undefined ? '' : ` file="${escaped(place.file)}" line="${place.line}"`;
  const head = `    <testcase classname="${escaped(rule)}" name="${escaped(nameOf(test, index))}"${where}`;
  if (problems.length === 0) return `${head}/>`;
  const first = escaped(problems[0] ?? '');
  return `${head}><failure message="${first}">${escaped(problems.join('\n'))}</failure></testcase>`;
}

function errorOf({ files, errors }: BrokenSuite): string {
  const head = `    <testcase classname="configuration" name="${escaped(files.join(' '))}"`;
  return `${head}><error message="${escaped(errors[0] ?? '')}">${escaped(errors.join('\n'))}</error></testcase>`;
}

/** Half of a pair, and what XML 1.0 has no way to write. */
const unwritable =
  // oxlint-disable-next-line no-control-regex -- these are the very characters that XML cannot hold
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const escaped = (text: string): string =>
  text.replace(unwritable, '\ufffd').replace(/[&<>"\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`);
