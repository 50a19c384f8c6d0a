import { expect, test } from 'vitest';
import { size } from '../../size.ts';
import { compareRandom } from './compare.ts';
import { hasRealSec } from './real-sec.ts';

const SCENARIOS = size('SCENARIOS', 60, 10_000);
const SEED = Number(process.env['SEED'] ?? 20_261_121);

test.skipIf(!hasRealSec())(
  `as the real SEC on ${String(SCENARIOS)} random scenarios (seed ${String(SEED)}; needs /usr/bin/sec)`,
  async () => {
    const { differing, ...figures } = await compareRandom({ scenarios: SCENARIOS, seed: SEED, most: 3 });
    console.log(JSON.stringify(figures));
    expect(differing).toEqual([]);
    expect(figures.empty).toBeLessThan(SCENARIOS / 2);
    expect(figures.endless).toBeLessThan(SCENARIOS / 10);
    expect(figures.undefinedOrder).toBeLessThan(SCENARIOS / 5);
  },
  600_000 + SCENARIOS * 2_000,
);
