import type { Receiver, Route } from '../alerting/contract.ts';
import { parseDuration } from '../kit/duration.ts';
import { present } from '../kit/assert.ts';
import type { Millis } from '../model/time.ts';
import type { ConfigDocument } from './document.ts';

/** Who is told of what, as alerting wants it. */
export interface Hearing {
  readonly receivers: readonly Receiver[];
  readonly routes: readonly Route[];
}

/** How long a channel may stay without success in a chain that does not say. */
export const defaultPatience: Millis = present(parseDuration('2m'), 'the default of next-after');

/** Receivers and routes; a channel used as a receiver becomes a chain of one. */
export function buildHearing(document: ConfigDocument): Hearing {
  const channels = Object.keys(document.channels);
  const named = Object.entries(document.receivers).map(
    ([name, { channels, 'next-after': nextAfter }]): Receiver => ({ name, channels, nextAfter }),
  );
  const names = named.map(({ name }) => name);
  const used = new Set(document.routes.flatMap(({ to }) => to).filter((name) => !names.includes(name)));
  const alone = named.length === 0 ? channels : channels.filter((name) => used.has(name));
  const receivers = [
    ...named,
    ...alone.map((name) => ({ name, channels: [name], nextAfter: defaultPatience })),
  ];
  return { receivers, routes: document.routes.map(routeOf) };
}

function routeOf({ when, to, continue: continues }: ConfigDocument['routes'][number]): Route {
  const { severity, rule, ...fields } = when;
  return {
    when: {
      ...(severity === undefined ? {} : { severity }),
      ...(rule === undefined ? {} : { rule }),
      fields,
    },
    to,
    continues,
  };
}
