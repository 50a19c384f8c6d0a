import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertingRules } from '../../src/alerting/contract.ts';
import type { Episode } from '../../src/alerting/episode.ts';
import type { Notice } from '../../src/alerting/notice.ts';
import type { Notification } from '../../src/model/alert.ts';
import { size } from '../size.ts';
import { minute } from './alerting-samples.ts';
import { createWorld, day, fullRules, moves, type Move, type World } from './alerting-world.ts';

/** Lives with a wrong clock, of up to sixty moves each. */
const lives = size('FC_RUNS', 60, 2000);
const hour = 60 * minute;

/** No answer in these lives asks for more patience; what only a human can repair is tried every five minutes. */
const longestPause = 10 * minute;
/** A storm gathers for a quarter of an hour, a group for at most an hour. */
const longestGathering = hour;

/** Only time passes. */
const tick = (ahead: number): Move => ({
  ahead,
  what: 'tick',
  rule: '',
  key: '',
  severity: 'info',
  quiet: undefined,
  clears: false,
  pick: 0,
  delivery: { type: 'sent' },
});

/** A clock that was set right: when, and how many attempts there were before. */
interface Correction {
  readonly world: World;
  readonly at: number;
  readonly attempts: number;
}

/** What is not settled; `noticeRow` wrote it. */
const noticesOf = (world: World): readonly Notice[] =>
  [...world.rowsOf('notification')].map(({ value }) => value as unknown as Notice);

/** Alerts that are open, or of which something is not settled. */
const episodesOf = (world: World): readonly Episode[] =>
  [...world.rowsOf('alert')].map(({ value }) => value as unknown as Episode);

/** Attempts in the window that a channel shares its budget for; those by the wrong clock count as made at the latest when it was set right. */
function usedBy({ world, at, attempts }: Correction, channel: string, window: number): number {
  const key = keyOf(world.rules(), channel);
  let used = 0;
  for (let index = world.attempts.length - 1; index >= 0; index -= 1) {
    const { now, attempt } = world.attempts[index] as World['attempts'][number];
    if ((index < attempts ? Math.min(now, at) : now) < world.now() - window) break;
    if (keyOf(world.rules(), attempt.channel) === key) used += 1;
  }
  return used;
}

const keyOf = ({ channels }: AlertingRules, channel: string): string =>
  channels.find(({ name }) => name === channel)?.budgetKey ?? channel;

function isSpent(correction: Correction, { notification }: Notice): boolean {
  const { channel, severity, reason } = notification;
  const budgets = correction.world.rules().channels.find(({ name }) => name === channel)?.budgets ?? [];
  const isCritical = severity === 'critical' && reason !== 'resolved';
  return budgets.some(({ window, limit, reserve = 0 }) => {
    const most = isCritical ? limit : Math.max(1, limit - reserve);
    return usedBy(correction, channel, window) >= most;
  });
}

/** Whether clocks in Paris show one of the receiver's quiet hours; in the years of these lives they are one hour ahead of UTC all year. */
function isQuiet(world: World, receiver: string): boolean {
  const hours = world.rules().receivers.find(({ name }) => name === receiver)?.quietHours;
  if (hours === undefined) return false;
  const { from, to } = hours;
  const shown = (world.now() + hour) % day;
  return from < to ? from <= shown && shown < to : from <= shown || shown < to;
}

/**
 * Nothing waits for the wrong clock: a message is on its way, or its channel's pause lasts, which none does
 * for longer than its own time from when the clock was right, or its budget is spent, or it is gathered,
 * and for longer than a gathering lasts only in quiet hours.
 */
function nothingWaitsForTheClock(correction: Correction): void {
  const { world, at } = correction;
  for (const notice of noticesOf(world)) {
    const { state, createdAt, receiver } = notice.notification;
    const waited = world.now() - Math.max(at, createdAt);
    expect(waited).toBeGreaterThanOrEqual(0);
    if (state === 'held') {
      if (waited > longestGathering) expect([isQuiet(world, receiver), notice]).toEqual([true, notice]);
    } else if (waited > longestPause) expect([isSpent(correction, notice), notice]).toEqual([true, notice]);
  }
}

/**
 * No alert stays open for the wrong clock: what ends by silence ends after its own length of it, and nobody is
 * asked again later than at the time that was agreed on, or when the silence ends that muted it.
 */
function noAlertWaitsForTheClock(world: World): void {
  const ends = new Set(
    world
      .alerting()
      .silences()
      .map(({ endsAt }) => endsAt),
  );
  for (const { alert, quiet = 0, patience = 0, clears, followUps = [] } of episodesOf(world)) {
    const { status, firstAt, lastAt, toldAt = 0, ack } = alert;
    for (const past of [firstAt, lastAt, toldAt, ack?.at ?? 0]) expect(past).toBeLessThanOrEqual(world.now());
    if (status !== 'open') continue;
    const longest = Math.max(quiet, ack === undefined ? patience : 0);
    if (!clears && longest > 0) expect(world.now() - lastAt).toBeLessThanOrEqual(longest);
    for (const one of followUps) {
      const own = Math.max(minute, one.type === 'repeat' ? one.every : one.after);
      if (!ends.has(one.at)) expect(one.at - world.now()).toBeLessThanOrEqual(own);
    }
  }
}

/** What still waits and tells of a raise is younger than that, and so is all that is to go out with it. */
function newsIsTold(world: World, before: number): void {
  const { notifications } = world;
  const carriers = noticesOf(world).filter(({ carried }) => Object.keys(carried).length > 0);
  const waiting = new Set(carriers.map(({ notification }) => notification.id));
  for (const notification of notifications.values()) {
    if (notification.createdAt >= before || !isNews(notification)) continue;
    let last = notification;
    while (last.by !== undefined) last = notifications.get(last.by) as Notification;
    expect([waiting.has(last.id), notification]).toEqual([false, notification]);
  }
}

const isNews = ({ reason, summary }: Notification): boolean =>
  reason === 'first' || (reason === 'joined' && summary !== undefined && summary.raises > 0);

/** Lets time pass, and asks each time before it does. */
function runAsking(world: World, until: number, ask: () => void): void {
  while (world.now() < until) {
    world.run(world.now());
    ask();
    world.run(Math.min(until, Math.max(world.now() + 1, world.alerting().nextWake() ?? until)));
  }
}

describe(`a clock that was wrong (${lives} lives)`, { timeout: 300_000 + lives * 2_000 }, () => {
  test('for however long: once it is right, nothing waits for it', () => {
    fc.assert(
      fc.property(fullRules, moves, fc.integer({ min: 1, max: 48_000 }), (rules, all, hoursAhead) => {
        const ahead = hoursAhead * hour;
        const world = createWorld([rules]);
        world.play(tick(ahead));
        for (const move of all) world.play(move);
        const attempts = world.attempts.length;
        world.startAt(world.now() - ahead);
        const at = world.now();
        runAsking(world, at + 4 * day, () => {
          nothingWaitsForTheClock({ world, at, attempts });
          noAlertWaitsForTheClock(world);
        });
        newsIsTold(world, at + 3 * day);
        expect(world.alerting().breaches()).toEqual([]);
        expect(new Set(world.sentParts).size).toBe(world.sentParts.length);
        for (const { digest } of world.notifications.values()) {
          if (digest !== undefined) expect(digest.since).toBeLessThanOrEqual(digest.until);
        }
        // Digests, repeats and silences may still come; nothing else is left.
        const scopes = [...world.rows.values()].map(({ scope }) => scope);
        for (const scope of ['group', 'flap']) expect(scopes).not.toContain(scope);
      }),
      { numRuns: lives },
    );
  });
});
