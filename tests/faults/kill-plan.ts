import { crashPoints, intentPoints, type CrashPoint } from '../../src/daemon/crash-points.ts';
import type { Rotation } from './kill-stage.ts';

/** Chance that can be had again by its seed. */
export interface Chance {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
}

/** Marsaglia's xorshift with 32 bits. */
export function createChance(seed: number): Chance {
  let state = seed | 0 || 1;
  return {
    below(limit) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return Math.floor(((state >>> 0) / 2 ** 32) * limit);
    },
  };
}

/** How one life of the program ends, and what else happens in it. */
export interface Kill {
  /** `at random`, a named point, or a place in logrotate's work. */
  readonly name: string;
  /** The value of BIRD_SENTINEL_CRASH_AT. */
  readonly crashAt?: string;
  /** When it is killed from outside, from 0 to 1: during its start, or while it works; absent: it kills itself. */
  readonly at?: number;
  readonly signal?: 'SIGHUP' | 'SIGTERM';
  readonly rotation?: Rotation;
  /** Milliseconds until the signal or the rotation, from when it watches. */
  readonly assistMs: number;
}

const once: readonly CrashPoint[] = ['restored', 'resumed', 'stopping', 'rotated'];
const byReload: readonly CrashPoint[] = ['before-reload', 'during-reload', 'after-reload'];
const byCheckpoint: readonly CrashPoint[] = ['before-checkpoint', 'during-checkpoint', 'after-checkpoint'];

/** Every named place once and as many kills at random times, as far as they go, in a random order, and so on. */
export function planKills(count: number, chance: Chance): readonly Kill[] {
  const kills: Kill[] = [];
  while (kills.length < count) {
    const named = shuffled([...crashPoints, ...intentPoints], chance).map((point) => atPoint(point, chance));
    const rotations = (['killed-before', 'killed-after'] as const).map((rotation) => ({
      name: `logrotate ${rotation}`,
      rotation,
      assistMs: chance.below(400),
    }));
    const places = named.length + rotations.length;
    const left = Math.max(0, count - kills.length - places);
    const random = Array.from({ length: Math.min(places, left) }, () => atRandom(chance));
    kills.push(...shuffled([...named, ...rotations, ...random], chance));
  }
  return kills.slice(0, count);
}

function atPoint(point: CrashPoint, chance: Chance): Kill {
  const times = once.includes(point) ? 1 : 1 + chance.below(5);
  const assistMs = chance.below(300);
  const kill = { name: point, crashAt: `${point}:${times}`, assistMs };
  if (byReload.includes(point)) return { ...kill, crashAt: point, signal: 'SIGHUP' };
  if (byCheckpoint.includes(point)) {
    // The first checkpoint is that of the start.
    const crashAt = point === 'during-checkpoint' ? `${point}:${1 + chance.below(2)}` : point;
    return { ...kill, crashAt, signal: chance.below(2) === 0 ? 'SIGHUP' : 'SIGTERM' };
  }
  if (point === 'stopping') return { ...kill, signal: 'SIGTERM' };
  if (point === 'rotated') return { ...kill, rotation: 'whole' };
  return kill;
}

function atRandom(chance: Chance): Kill {
  const also = chance.below(10);
  return {
    name: 'at random',
    at: chance.below(1000) / 1000,
    assistMs: chance.below(600),
    ...(also < 3 ? { rotation: 'whole' as const } : {}),
    ...(also === 3 ? { signal: 'SIGHUP' as const } : {}),
    ...(also === 4 ? { signal: 'SIGTERM' as const } : {}),
  };
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  const keyed = items.map((item) => ({ item, key: chance.below(2 ** 30) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
