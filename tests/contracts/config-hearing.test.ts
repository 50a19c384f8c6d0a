import { describe, expect, test } from 'vitest';
import { configOf } from './config-texts.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const channels = 'channels: { tool: { exec: { command: [/bin/page] } } }\n';

describe('who hears of it', () => {
  test('routes say how their receivers are told', async () => {
    const config = await configOf(
      `${channels}routes: [{ to: tool, repeat: 1h, escalate: { after: 15m, to: tool }, group: { by: rule } }]`,
    );
    expect(config.routes).toEqual([
      {
        when: { fields: {} },
        to: ['tool'],
        continues: false,
        repeat: hour,
        escalate: { after: 15 * minute, to: ['tool'] },
        group: { by: ['rule'], wait: 30_000, every: 5 * minute },
      },
    ]);
  });

  test('channels that wake nobody do not heed quiet hours unless they say so', async () => {
    const config = await configOf(`
channels:
  mail: { webhook: { url: 'https://example.org/a' } }
  book: { file: { file: /tmp/book } }
  log: { syslog: {} }
  shown: { screen: {}, quiet-hours: true }
  any-time: { exec: { command: [/bin/page] }, quiet-hours: false }
receivers: { me: { channels: [mail, book, log, shown, any-time], quiet-hours: nights } }
quiet-hours: { nights: { from: '22:00', to: '07:00' } }`);
    expect(config.receivers.find(({ name }) => name === 'me')?.quietHours?.exempt).toEqual([
      'book',
      'log',
      'any-time',
    ]);
  });

  test('receivers have quiet hours and digests, in the zone of the configuration unless they say', async () => {
    const config = await configOf(
      `zone: Asia/Tokyo
channels:
  tool: { exec: { command: [/bin/page] } }
  board: { exec: { command: [/bin/page] }, quiet-hours: false }
receivers:
  team: { channels: [tool, board], quiet-hours: nights, digest: { at: '07:30', zone: Europe/Paris } }
  other: { channels: [tool], digest: { at: '00:00' } }
quiet-hours: { nights: { from: '22:00', to: '07:00', hold: [info] } }`,
    );
    expect(config.receivers.slice(0, 2)).toEqual([
      {
        name: 'team',
        channels: ['tool', 'board'],
        nextAfter: 2 * minute,
        quietHours: {
          name: 'nights',
          from: 22 * hour,
          to: 7 * hour,
          zone: 'Asia/Tokyo',
          hold: ['info'],
          exempt: ['board'],
        },
        digest: { at: 7.5 * hour, zone: 'Europe/Paris' },
      },
      { name: 'other', channels: ['tool'], nextAfter: 2 * minute, digest: { at: 0, zone: 'Asia/Tokyo' } },
    ]);
  });

  test('storms, flapping and inhibition', async () => {
    const config = await configOf(
      `${channels}storm: { above: 30 per 1m }
inhibit: [{ source: { severity: critical }, target: { host: 'db*' }, equal: host }]`,
    );
    expect(config.storm).toEqual({ above: 30, within: minute, first: 3 });
    expect(config.flapping).toEqual({ above: 5, within: hour });
    expect(config.inhibit).toEqual([
      {
        source: { severity: ['critical'], fields: {} },
        target: { fields: { host: ['db*'] } },
        equal: ['host'],
      },
    ]);
    expect((await configOf(`${channels}flapping: false`)).flapping).toBeUndefined();
    expect((await configOf(channels)).storm).toBeUndefined();
  });
});

describe('budgets', () => {
  const budgetsOf = async (written: string) => {
    const config = await configOf(
      `accounts: { bot: { x: {} } }
channels: { phone: { x-dm: { account: bot, to: '@me' } }, tool: { exec: { command: [/bin/page] } } }
budgets: { ${written} }`,
    );
    return config.channels.map(({ budgets, price }) => ({ budgets, price }));
  };

  test('take the place of the service’s own for the same window, and keep a reserve', async () => {
    const [phone, tool] = await budgetsOf(
      'phone: { per-15m: 10, reserve-for-critical: 20% }, tool: { per-month: 500 }',
    );
    expect(phone).toEqual({
      budgets: [
        { window: 15 * minute, limit: 10, reserve: 2 },
        { window: day, limit: 1440, reserve: 288 },
      ],
      price: 0.015,
    });
    expect(tool).toEqual({ budgets: [{ window: 31 * day, limit: 500 }], price: 0 });
  });

  test('money is a number of messages', async () => {
    const [phone, tool] = await budgetsOf(
      'phone: { spend-per-day: 2.00 }, tool: { price: 0.1, spend-per-day: 2, per-day: 15 }',
    );
    expect(phone?.budgets).toContainEqual({ window: day, limit: 133 });
    expect(tool?.budgets).toEqual([{ window: day, limit: 15 }]);
    const [, dear] = await budgetsOf('tool: { price: 0.1, spend-per-day: 0.3 }');
    expect(dear?.budgets).toEqual([{ window: day, limit: 3 }]);
  });
});
