import { z } from 'zod';
import type { Daemon } from './contract.ts';

/** How long `send` looks for the outcome without and with `--wait`, in milliseconds. */
export const shortWaitMs = 10_000;
export const longWaitMs = 300_000;
const lookEveryMs = 25;

/** What `send` tells of its messages. */
export const sentReplySchema = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      alert: z.string(),
      receiver: z.string(),
      channel: z.string(),
      state: z.string(),
      why: z.string().optional(),
    }),
  ),
});

export type SentReply = z.infer<typeof sentReplySchema>;

/** Waits until every message of these alerts is delivered or given up, at most `limitMs`. */
export async function outcomeOf(
  daemon: Daemon,
  alerts: readonly string[],
  limitMs: number,
): Promise<SentReply> {
  const end = performance.now() + limitMs;
  const settled = (): boolean => daemon.outcome(alerts).every(({ state }) => isFinal(state));
  while (!settled() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return {
    messages: daemon.outcome(alerts).map(({ id, alerts: [alert = ''], receiver, channel, state, why }) => ({
      id,
      alert,
      receiver,
      channel,
      state,
      ...(why === undefined ? {} : { why }),
    })),
  };
}

const isFinal = (state: string): boolean => state === 'sent' || state === 'dead' || state === 'joined';
