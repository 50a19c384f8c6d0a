import type { Json } from '../../model/json.ts';

/** How far a container's output was read. */
export interface ContainerMark {
  /** Stamp of the last line that was read, to the nanosecond; absent: nothing was read yet. */
  readonly stamp?: string;
  /** Bytes of records made of it so far. */
  readonly offset: number;
}

export const encodeMark = ({ stamp, offset }: ContainerMark): Json => ({ stamp: stamp ?? null, offset });

/** Undefined when it is not one of ours. */
export function decodeMark(mark: Json | undefined): ContainerMark | undefined {
  if (typeof mark !== 'object' || mark === null) return undefined;
  const { stamp, offset } = mark as { readonly [name: string]: unknown };
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return undefined;
  if (stamp === null) return { offset };
  const isStamp = typeof stamp === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(stamp);
  return isStamp ? { stamp, offset } : undefined;
}

/** As the engine takes it: seconds since 1970 with nine decimals. */
export const sinceOf = (stamp: string): string =>
  `${String(Math.floor(Date.parse(`${stamp.slice(0, 19)}Z`) / 1000))}.${stamp.slice(20, 29)}`;
