/** A text that must never be shown. Serialising or printing one shows nothing of it. */
export interface Secret {
  readonly reveal: () => string;
}

/** Wraps a text so that only `reveal` gives it back. */
export const secret = (text: string): Secret => ({ reveal: () => text });
