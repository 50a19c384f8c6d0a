import { silenceId } from '../alerting/silence.ts';
import type { Ledger } from '../store/contract.ts';
import type { Current, Daemon, Offer } from './contract.ts';
import type { Item } from './loop.ts';
import type { Decided } from './machines.ts';

/** What a human asks of a running daemon about alerts, messages and silences. */
export type Orders = Pick<
  Daemon,
  | 'pulse'
  | 'send'
  | 'outcome'
  | 'undelivered'
  | 'find'
  | 'resolve'
  | 'acknowledge'
  | 'silence'
  | 'expire'
  | 'silences'
>;

/** Orders go through the loop like everything else; each is answered once it is safe in the ledger. */
export function createOrders(
  ledger: Pick<Ledger, 'notificationsOf' | 'countUnsettled' | 'findAlerts'>,
  current: Pick<Current, 'way'>,
  offer: Offer,
): Orders {
  const decide = (input: Extract<Item, { readonly type: 'decide' }>['input']): Promise<Decided> =>
    new Promise((committed) => offer({ type: 'decide', input, committed }));
  const silences: Orders['silences'] = () => current.way.machines.alerting.silences();

  return {
    pulse: async () => void (await decide((now) => ({ type: 'tick', now }))),
    send: async (message) => alertsIn(await decide((now, seq) => ({ type: 'send', now, seq, ...message }))),
    outcome: (alerts) =>
      alerts.flatMap((id) => ledger.notificationsOf(id)).filter(({ state }) => state !== 'passed'),
    undelivered: ledger.countUnsettled,
    find: (prefix) => ledger.findAlerts(prefix).map(({ id }) => id),
    resolve: async (alert, why) =>
      alertsIn(await decide((now) => ({ type: 'resolve', now, alert, why }))).length > 0,
    acknowledge: async (alert, author, note) =>
      alertsIn(await decide((now) => ({ type: 'ack', now, alert, author, note }))).length > 0,
    async silence(silence) {
      let id = '';
      await decide((now, seq) => {
        id = silenceId(seq);
        return { type: 'silence-add', now, seq, silence };
      });
      return silences().find((one) => one.id === id)?.id;
    },
    expire: async (silence) => void (await decide((now) => ({ type: 'silence-expire', now, silence }))),
    silences,
  };
}

const alertsIn = (decided: Decided): readonly string[] => [
  ...new Set(decided.outputs.flatMap((output) => (output.type === 'alert' ? [output.alert.id] : []))),
];
