import type { TextShape } from '../render/shape.ts';

const identity = (text: string): string => text;
const length = (text: string): number => [...text].length;
export const plainShape: TextShape = {
  limit: 100_000,
  maxParts: 1,
  measure: length,
  neutralise: identity,
  layout: 'block',
};
export const xDmShape: TextShape = {
  limit: 10_000,
  maxParts: 3,
  measure: length,
  neutralise: identity,
  layout: 'block',
};
export const xPostShape: TextShape = {
  limit: 280,
  maxParts: 3,
  measure: length,
  neutralise: identity,
  layout: 'line',
};
