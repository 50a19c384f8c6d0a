import type { AlertPayload } from '../model/delivery.ts';
import type { Attempt } from './contract.ts';

/** What programs get: the alert as data, and the part of the rendered text that is sent now. */
export interface Envelope extends AlertPayload {
  readonly message: {
    readonly title: string;
    readonly text: string;
    /** From 1. */
    readonly part: number;
    readonly parts: number;
    readonly idempotencyKey: string;
  };
}

/** The attempt as programs see it. */
export function envelopeOf(attempt: Attempt): Envelope {
  const { message, part } = attempt;
  const idempotencyKey = idempotencyKeyOf(attempt);
  const text = message.parts[part] ?? '';
  return {
    ...message.payload,
    message: { title: message.title, text, part: part + 1, parts: message.parts.length, idempotencyKey },
  };
}

/** The same for every attempt at a part, and of no other part. */
export const idempotencyKeyOf = ({ message, part }: Attempt): string =>
  message.parts.length > 1 ? `${message.idempotencyKey}-${part + 1}` : message.idempotencyKey;
