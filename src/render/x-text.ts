import type { TextShape } from './shape.ts';
import { weightedLength } from './x-length.ts';
import { cleanText, neutraliseForPost } from './x-neutralise.ts';

/** A post on X: 280 weighted characters, nothing in it that X would link or notify about. */
export const xPostShape: TextShape = {
  limit: 280,
  maxParts: 3,
  measure: weightedLength,
  neutralise: neutraliseForPost,
  layout: 'line',
};

/** A direct message on X: 10,000 characters; links and names do no harm there. */
export const xDmShape: TextShape = {
  limit: 10_000,
  maxParts: 3,
  measure: weightedLength,
  neutralise: cleanText,
  layout: 'block',
};

/** Where nothing limits or interprets text: files, mail, webhooks. The limit keeps one message sane. */
export const plainShape: TextShape = {
  limit: 100_000,
  maxParts: 1,
  measure: (text) => text.length,
  neutralise: cleanText,
  layout: 'block',
};
