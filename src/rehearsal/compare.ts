import { closest } from '../kit/distance.ts';
import type { ExpectedAlert, RuleTest, Stage, ToldAlert } from './contract.ts';
import { whySilent } from './nearness.ts';
import type { Played } from './play.ts';

/** What of a test's alerts is not as expected: what was expected, what came, and what came nearest. */
export function compare(
  { rule, alerts }: RuleTest,
  told: readonly ToldAlert[],
  played: Played,
  stage: Stage,
): readonly string[] {
  const ids = stage.program.rules.map(({ id }) => id);
  const unknown = [rule, ...alerts.map((alert) => alert.rule)].filter(
    (id): id is string => id !== undefined && !ids.includes(id) && !id.includes('/'),
  );
  const absent = [...new Set(unknown)].map((id) => noSuchRule(id, ids));
  const unlike = alerts.flatMap((expected, index) => differences(expected, told[index], index));
  const missing = alerts.slice(told.length);
  const surplus = told.slice(alerts.length);
  return [
    ...absent,
    ...unlike,
    ...missing.map((expected) => `did not come: ${describe(expected, rule)}`),
    ...(missing.length === 0 ? [] : nearest(missing[0], rule, told, played, stage)),
    ...surplus.map((alert) => `came and was not expected: ${describeTold(alert)}`),
    ...(unlike.length + missing.length + surplus.length === 0 ? [] : played.notes),
  ];
}

function noSuchRule(id: string, ids: readonly string[]): string {
  const near = closest(id, ids);
  return `there is no rule "${id}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function differences(expected: ExpectedAlert, got: ToldAlert | undefined, index: number): readonly string[] {
  if (got === undefined) return [];
  const names = ['rule', 'severity', 'key', 'count', 'title'] as const;
  return names.flatMap((name) => {
    const [wanted, came] = [expected[name], got[name]].map((value) => JSON.stringify(value));
    return expected[name] === undefined || wanted === came
      ? []
      : [`alert ${index + 1}: ${name} should be ${wanted} and is ${came} (line ${got.after})`];
  });
}

/** Why the rule told nothing; and which others did, where that could be a slip. */
function nearest(
  expected: ExpectedAlert | undefined,
  underTest: string | undefined,
  told: readonly ToldAlert[],
  played: Played,
  stage: Stage,
): readonly string[] {
  const id = expected?.rule ?? underTest;
  const rule = stage.program.rules.find((known) => known.id === id);
  const others = played.told.filter((alert) => alert.rule !== id && !told.includes(alert));
  return [
    ...(rule === undefined ? [] : whySilent(rule, played, stage)),
    ...others.map((alert) => `instead came: ${describeTold(alert)}`),
  ];
}

function describe({ rule, severity, key, count, title }: ExpectedAlert, underTest?: string): string {
  const parts = [
    rule ?? underTest ?? 'an alert',
    severity,
    key === undefined ? undefined : `key ${JSON.stringify(key)}`,
    count === undefined ? undefined : `count ${count}`,
    title === undefined ? undefined : JSON.stringify(title),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

const describeTold = (alert: ToldAlert): string => `${describe(alert)} (after line ${alert.after})`;
