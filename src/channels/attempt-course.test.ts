import { describe, expect, it } from 'vitest';
import type { Delivery } from '../model/delivery.ts';
import { millis } from '../model/time.ts';
import { type Course, runAttempt } from './attempt-course.ts';
import { optionalPeer } from './optional-peer.ts';

const sent: Delivery = { type: 'sent' };
const never = (): Promise<Delivery> => new Promise(() => undefined);
const within = (timeoutMs: number, signal = new AbortController().signal) => ({
  timeoutMs: millis(timeoutMs),
  signal,
});

describe('the course of an attempt', () => {
  it('gives back what was taken, however it ends', async () => {
    const ends = [
      async () => sent,
      never,
      () => Promise.reject(new Error('broken')),
      async (course: Course) => {
        course.leaves();
        return never();
      },
    ];
    const given: string[] = [];
    const types: string[] = [];
    for (const end of ends) {
      const work = (course: Course): Promise<Delivery> => {
        course.atEnd(() => void given.push('back'));
        return end(course);
      };
      types.push((await runAttempt(within(20), work)).type);
    }
    expect(types).toEqual(['sent', 'retry', 'retry', 'unknown']);
    expect(given).toHaveLength(ends.length);
  });

  it('lets nothing leave, and keeps nothing, after it is over', async () => {
    const stop = new AbortController();
    let late: Course | undefined;
    const end = runAttempt(within(60_000, stop.signal), (course) => {
      late = course;
      return never();
    });
    stop.abort();
    expect(await end).toMatchObject({ type: 'retry', reason: 'timeout' });
    expect(() => late?.leaves()).toThrow('over');
    let isBack = false;
    late?.atEnd(() => (isBack = true));
    expect(isBack).toBe(true);
  });

  it('does nothing when it was stopped before', async () => {
    let isBegun = false;
    const end = await runAttempt(within(1000, AbortSignal.abort()), async () => {
      isBegun = true;
      return sent;
    });
    expect([end.type, isBegun]).toEqual(['retry', false]);
  });
});

describe('a library that is installed only where it is used', () => {
  it('is named when it is missing, and nothing else is hidden', async () => {
    const missing = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(optionalPeer('some-client', () => Promise.reject(missing))).rejects.toThrow(
      'npm install some-client',
    );
    await expect(optionalPeer('x', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await optionalPeer('x', async () => 1)).toBe(1);
  });
});
