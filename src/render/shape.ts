import type { Redactable } from './redactable.ts';

/** How a channel wants its text: data and pure functions, so that rendering knows no channel by name. */
export interface TextShape {
  /** The longest part, in units of `measure`. */
  readonly limit: number;
  /** Most parts of one message; what is over is cut and said so. */
  readonly maxParts: number;
  /** How the service counts length. */
  readonly measure: (text: string) => number;
  /** Makes log text harmless for this channel (mentions, escapes). Words of templates pass through it too. */
  readonly neutralise: (text: string) => string;
  /** `line`: title and body on one line apart by a blank; `block`: title, newline, body. */
  readonly layout: 'line' | 'block';
  /** What is taken out of what is sent; absent: nothing, the message stays on this machine. */
  readonly redact?: readonly Redactable[];
  /** What stands where text is missing, if `…` costs too much there. */
  readonly ellipsis?: string;
}
