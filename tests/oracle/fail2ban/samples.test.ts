import { beforeAll, describe, expect, test } from 'vitest';
import {
  filterNames,
  importInstalled,
  judgeSamples,
  nativeFilter,
  whyNoSamples,
  type Judged,
} from './installed.ts';

/** Sample lines that count there and not here, and why; how many. */
const missed: { readonly [filter: string]: readonly [lines: number, why: string] } = {
  'apache-fakegooglebot': [1, 'its time has a blank behind it, which only its datepattern tells of'],
  'domino-smtp': [1, 'its time stands behind a number, which only its datepattern tells of'],
  'ejabberd-auth': [1, 'the expression is about several lines: left out, with a comment'],
  guacamole: [3, 'about several lines: left out, with a comment'],
  'mongodb-auth': [4, 'about several lines: left out, with a comment'],
  slapd: [1, 'the address stands in another line: left out, with a comment'],
  tine20: [2, 'its time stands in the middle of the line, wherever that may be'],
};

/** Sample lines that count here and not there: a head of RFC 5424, which fail2ban must be told of by `logtype`. */
const more: { readonly [filter: string]: number } = { sshd: 2 };

describe.skipIf(whyNoSamples !== undefined)(
  `the sample logs of fail2ban itself${whyNoSamples === undefined ? '' : `: ${whyNoSamples}`}`,
  () => {
    const judged = new Map<string, Judged>();
    beforeAll(async () => {
      for (const each of await judgeSamples(filterNames)) judged.set(each.filter, each);
    }, 300_000);

    test.each(filterNames)('%s counts the same lines, for the same address', async (name) => {
      const { lines = [], error } = judged.get(name) ?? {};
      expect(error).toBeUndefined();
      const native = await nativeFilter(importInstalled(name).text);
      const own = lines.map((each) => ({ ...each, own: native(each.line) }));
      const not = own.filter((each) => each.fails && each.own === undefined);
      const also = own.filter((each) => !each.fails && each.own !== undefined);
      expect(not.map(({ line }) => line)).toHaveLength(missed[name]?.[0] ?? 0);
      expect(also.map(({ line }) => line)).toHaveLength(more[name] ?? 0);
      const others = own.filter(
        (each) => each.fails && each.own !== undefined && !each.ids.includes(each.own),
      );
      expect(others).toEqual([]);
    });

    test('so many lines were compared', () => {
      const lines = [...judged.values()].flatMap((each) => each.lines ?? []);
      expect(lines.filter(({ fails }) => fails).length).toBeGreaterThan(600);
    });
  },
);
