import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectsOf, play } from '../oracle/swatch/play.ts';
import { isInstalled, realOutcome } from '../oracle/swatch/real-swatch.ts';
import { showOutcome, type Scenario } from '../oracle/swatch/scenario.ts';
import { configurations, timedLines } from './swatch-samples.ts';

const runs = { numRuns: 150 };

const scenario = (conf: string, lines: readonly { pause: number; text: string }[]): Scenario => {
  let at = 0;
  return {
    conf,
    files: new Map(),
    args: '',
    lines: lines.map(({ pause, text }) => ({ at: (at += pause), text })),
  };
};

describe('configurations of swatch', () => {
  it('give the same for the same lines', () => {
    fc.assert(
      fc.property(configurations, timedLines, (conf, lines) => {
        expect(effectsOf(scenario(conf, lines))).toEqual(effectsOf(scenario(conf, lines)));
      }),
      runs,
    );
  });

  it('go on the same when they are made anew of their rows before every line', () => {
    let acted = 0;
    fc.assert(
      fc.property(configurations, timedLines, (conf, lines) => {
        const effects = effectsOf(scenario(conf, lines));
        acted += effects.length;
        expect(effectsOf(scenario(conf, lines), { reborn: true })).toEqual(effects);
      }),
      runs,
    );
    expect(acted).toBeGreaterThan(runs.numRuns);
  });

  it('do the same with lines passed over in which no pattern can match', () => {
    fc.assert(
      fc.property(configurations, timedLines, (conf, lines) => {
        const withoutNumbers = (list: ReturnType<typeof effectsOf>) =>
          list.map((effect) => (effect.type === 'do' ? effect.intent : effect));
        expect(withoutNumbers(effectsOf(scenario(conf, lines), { prefilter: true }))).toEqual(
          withoutNumbers(effectsOf(scenario(conf, lines))),
        );
      }),
      runs,
    );
  });

  const runsOfReal = Number(process.env['SWATCH_RUNS'] ?? 12);

  it.runIf(isInstalled())(
    `do what the real swatchdog does (${runsOfReal} at random)`,
    { timeout: 600_000 },
    () => {
      fc.assert(
        fc.property(configurations, timedLines, (conf, lines) => {
          const texts = lines.map(({ text }) => text);
          const ours = play(
            scenario(
              conf,
              lines.map(({ text }) => ({ pause: 0, text })),
            ),
          );
          expect(showOutcome(ours)).toBe(showOutcome(realOutcome(conf, texts)));
        }),
        { numRuns: runsOfReal, endOnFailure: true },
      );
    },
  );
});
