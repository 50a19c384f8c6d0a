import { expect } from 'vitest';
import type { Config, RuleTest } from '../../src/config/config.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { Effect } from '../../src/model/effect.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import { instant, latest } from '../../src/model/time.ts';
import { createParser } from '../../src/parse/event.ts';

/** Patterns are compiled as the daemon compiles them. */
export const match = createMatchPorts();

const receivedAt = instant(Date.parse('2025-12-10T12:00:00Z'));

type Raise = Extract<Effect, { type: 'raise' }>;

/**
 * The raises that lines come to, with the whole program at work: its source is read to its end, and the clock
 * goes with the lines' own times.
 */
export function raisesOf(config: Config, lines: readonly string[]): Raise[] {
  const { program, limits, late } = config;
  const engine = createEngine(program, { match, limits, late, sources: [config.sources[0]?.name ?? ''] });
  const parser = createParser({ format: 'auto', zone: 'UTC' });
  const head = {
    source: config.sources[0]?.name ?? '',
    receivedAt,
    reference: receivedAt,
    position: { stream: 's' },
  };
  const rules = config.program.rules.flatMap(({ from }, index) =>
    from === undefined || from.includes(head.source) ? [index] : [],
  );
  let now = instant(0);
  return lines.flatMap((line, seq) => {
    const { event } = parser.parse(line, head, seq);
    now = latest(now, event.at);
    const begin: EngineInput[] =
      seq > 0 ? [] : [{ type: 'sourceState', seq, now, source: head.source, condition: 'atEnd' }];
    const inputs: EngineInput[] = [...begin, { type: 'event', seq, now, event, rules }];
    return inputs.flatMap((input) =>
      engine.step(input).flatMap((effect) => (effect.type === 'raise' ? [effect] : [])),
    );
  });
}

/** Fails unless the lines of a test come to the alerts that it expects. */
export function checkRuleTest(config: Config, { rule, lines, alerts }: RuleTest): void {
  const raised = raisesOf(config, lines).filter((effect) => rule === undefined || effect.rule === rule);
  const about = `${rule}: ${lines[0]}`;
  expect(raised, about).toHaveLength(alerts.length);
  for (const [index, expected] of alerts.entries()) {
    const got = raised[index];
    const { title: _title, ...facts } = expected;
    expect({ ...got, count: got?.occurrence.count }, about).toMatchObject(facts);
  }
}

/** Fails unless every rule has a test that fires and one that stays silent. */
export function checkCoverage(config: Config, rules: readonly string[]): void {
  for (const id of rules) {
    const own = config.tests.filter(({ rule }) => rule === id);
    expect(own.filter(({ alerts }) => alerts.length > 0).length, `${id} fires`).toBeGreaterThan(0);
    expect(own.filter(({ alerts }) => alerts.length === 0).length, `${id} stays silent`).toBeGreaterThan(0);
  }
}
