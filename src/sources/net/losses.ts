import type { SourceNotice } from '../contract.ts';
import { createTally, type Tally } from '../notices.ts';
import type { Instant } from '../../model/time.ts';

/** What can go wrong with what others send: each kind is counted by itself, and told once a minute. */
export type Loss =
  /** More came than was worked off. */
  | 'full'
  /** The kernel's own queue was full. */
  | 'kernel'
  /** One sender sent more in a second than it may. */
  | 'rate'
  | 'tooLong'
  /** Longer than allowed, and of no use when it is cut. */
  | 'overlong'
  /** Pieces of a message that never became whole. */
  | 'incomplete'
  /** Not of the form that is listened for. */
  | 'malformed'
  | 'connections'
  /** From an address, or with a certificate, that is not allowed. */
  | 'stranger'
  | 'handshake';

export interface Losses {
  /** `detail`: of the newest one, such as who sent it. */
  count(loss: Loss, detail: string, many?: number): void;
  /** What is to be told now; `last`: there will be no later occasion. */
  due(last: boolean): readonly SourceNotice[];
}

const words: { readonly [loss in Loss]: readonly [code: string, text: string, alert: boolean] } = {
  full: ['source.dropped', 'messages were dropped: more came than was worked off', true],
  kernel: [
    'source.dropped',
    'datagrams were dropped by the kernel: they came faster than they were taken',
    true,
  ],
  rate: ['source.dropped', 'messages were dropped: their sender sent more than `rate` a second', true],
  tooLong: ['source.too-long', 'messages were longer than `max-message` and cut to that length', false],
  overlong: ['source.too-long', 'messages were left out: they are longer than `max-message`', false],
  incomplete: ['source.dropped', 'messages were dropped: some of their pieces never came', false],
  malformed: [
    'source.malformed',
    'messages were left out: they are not of the form that is listened for',
    false,
  ],
  connections: [
    'source.refused',
    'connections were refused: there are as many as `connections` allows',
    true,
  ],
  stranger: ['source.refused', 'senders were refused: they are not among those that are allowed', false],
  handshake: ['source.refused', 'connections failed before anything was sent', false],
};

const kinds = Object.keys(words) as readonly Loss[];

/** `called`: what the source listens on, as notices name it. */
export function createLosses(called: string, now: () => Instant): Losses {
  const details = new Map<Loss, string>();
  const tallies = new Map<Loss, Tally>(
    kinds.map((loss) => [
      loss,
      createTally(now, (count) => {
        const [code, text, alert] = words[loss];
        const detail = details.get(loss) ?? '';
        const last = detail === '' ? '' : ` (last: ${detail})`;
        return {
          code,
          severity: alert ? 'error' : 'warning',
          text: `${called}: ${String(count)} ${text}${last}`,
          alert,
        };
      }),
    ]),
  );
  return {
    count(loss, detail, many = 1) {
      details.set(loss, detail.replace(/\p{Cc}/gu, ' ').slice(0, 200));
      tallies.get(loss)?.add(many);
    },
    due: (last) => [...tallies.values()].flatMap((tally) => tally.due(last)),
  };
}
