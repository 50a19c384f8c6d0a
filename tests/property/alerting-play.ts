import { createAlerting, type Alerting } from '../../src/alerting/alerting.ts';
import type { AlertingInput, AlertingOutput, AlertingRules } from '../../src/alerting/contract.ts';
import type { Alert, Decision } from '../../src/model/alert.ts';
import type { Row } from '../../src/model/machine.ts';
import { attemptsOf, settledAt } from './alerting-samples.ts';

/** Steps, and answers every attempt with "sent" at once. */
export function stepAndSend(alerting: Alerting, input: AlertingInput): AlertingOutput[] {
  const outputs = [...alerting.step(input)];
  for (let attempts = attemptsOf(outputs); attempts.length > 0;) {
    const answers = attempts.flatMap((attempt) => alerting.step(settledAt(input.now, attempt)));
    outputs.push(...answers);
    attempts = attemptsOf(answers);
  }
  return outputs;
}

/** The alerts among outputs, in order, each as often as it changed. */
export const alertsOf = (outputs: readonly AlertingOutput[]): Alert[] =>
  outputs.flatMap((output) => (output.type === 'alert' ? [output.alert] : []));

/** The texts of the decisions of one step. */
export const decisionsOf = (outputs: readonly AlertingOutput[], step: Decision['step']): string[] =>
  outputs.flatMap((output) =>
    output.type === 'decision' && output.decision.step === step ? [output.decision.text] : [],
  );

const written = new WeakMap<Alerting, Map<string, Row>>();

/** A fresh machine with the rows of another, which must not have been asked for its changes by others. */
export function restored(rules: AlertingRules, alerting: Alerting): Alerting {
  const rows = written.get(alerting) ?? new Map<string, Row>();
  for (const row of alerting.changes()) {
    const name = JSON.stringify([row.scope, row.key]);
    if (row.value === undefined) rows.delete(name);
    else rows.set(name, JSON.parse(JSON.stringify(row)) as Row);
  }
  written.set(alerting, rows);
  const again = createAlerting(rules);
  again.restore([...rows.values()]);
  written.set(again, new Map(rows));
  return again;
}
