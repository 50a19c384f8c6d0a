import { beforeAll, describe, expect, test } from 'vitest';
import { filterNames, importInstalled, judge, nativeFilter, whyMissing, type Judged } from './installed.ts';

const seed = process.env['FAIL2BAN_SEED'] ?? '1';
const count = Number(process.env['FAIL2BAN_LINES'] ?? 4);

describe.skipIf(whyMissing !== undefined)(
  `all filters that are installed${whyMissing === undefined ? '' : `: ${whyMissing}`}`,
  () => {
    const judged = new Map<string, Judged>();
    beforeAll(async () => {
      for (const each of await judge(seed, count, filterNames)) judged.set(each.filter, each);
    }, 300_000);

    test.each(filterNames)('%s counts the same lines', async (name) => {
      const { lines = [], error } = judged.get(name) ?? {};
      expect(error).toBeUndefined();
      const { text } = importInstalled(name);
      const native = await nativeFilter(text);
      const wrong = lines.flatMap(({ line, fails, ids }) => {
        const own = native(line);
        if (!fails) return own === undefined ? [] : [`not a failure: ${line} (${own})`];
        if (own === undefined) return [`a failure: ${line}`];
        return ids.includes(own) ? [] : [`${ids.join()} and not ${own}: ${line}`];
      });
      console.log(
        `STAT ${name} lines=${lines.length} fails=${lines.filter((l) => l.fails).length} wrong=${wrong.length}`,
      );
      expect(wrong).toEqual([]);
    });
  },
);
