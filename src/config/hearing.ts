import type { Receiver, Route, When } from '../alerting/contract.ts';
import type { ChannelKind } from '../channels/contract.ts';
import { parseDuration } from '../kit/duration.ts';
import { present } from '../kit/assert.ts';
import type { Millis } from '../model/time.ts';
import type { Config } from './config.ts';
import type { ConfigDocument } from './document.ts';
import { dailyTimeOf, quietHoursOf } from './quiet-hours.ts';

/** Who is told of what, as alerting wants it. */
export type Hearing = Pick<Config, 'receivers' | 'routes' | 'inhibit' | 'storm' | 'flapping' | 'expiryAhead'>;

/** How long a channel may stay without success in a chain that does not say. */
export const defaultPatience: Millis = present(parseDuration('2m'), 'the default of next-after');

/** Receivers and routes; a channel used as a receiver becomes a chain of one. `zone`: of times without one. */
export function buildHearing(
  document: ConfigDocument,
  zone: string,
  kinds: readonly ChannelKind<unknown>[],
): Hearing {
  const channels = Object.keys(document.channels);
  const exempt = channels.filter((name) => !heedsQuietHours(document.channels[name], kinds));
  const named = Object.entries(document.receivers).map(([name, written]): Receiver => {
    const { channels, 'next-after': nextAfter, 'quiet-hours': quiet, digest } = written;
    const hours = quiet === undefined ? undefined : document['quiet-hours'][quiet];
    return {
      name,
      channels,
      nextAfter,
      ...(quiet === undefined || hours === undefined
        ? {}
        : { quietHours: quietHoursOf(quiet, hours, { zone, exempt }) }),
      ...(digest === undefined ? {} : { digest: dailyTimeOf(digest, zone) }),
    };
  });
  const alone = channels
    .filter((name) => !named.some((receiver) => receiver.name === name))
    .map((name): Receiver => ({ name, channels: [name], nextAfter: defaultPatience }));
  // Beside named receivers a channel is one only for who names it: a route, or `send --to`.
  const beside = alone.map((receiver): Receiver => ({ ...receiver, onlyByName: true }));
  const receivers = [...named, ...(named.length === 0 ? alone : beside)];
  const { storm, flapping, expiry } = document;
  return {
    receivers,
    routes: document.routes.map(routeOf),
    inhibit: document.inhibit.map(({ source, target, equal }) => ({
      source: whenOf(source),
      target: whenOf(target),
      equal,
    })),
    ...(storm === undefined ? {} : { storm: { ...storm.above, first: storm.first } }),
    ...(flapping === false ? {} : { flapping: flapping.above }),
    ...(expiry === false ? {} : { expiryAhead: expiry.ahead }),
  };
}

/** As the channel says or, if it does not, its kind. */
function heedsQuietHours(channel: unknown, kinds: readonly ChannelKind<unknown>[]): boolean {
  if (typeof channel !== 'object' || channel === null) return true;
  if ('quiet-hours' in channel) return channel['quiet-hours'] !== false;
  return !kinds.some(({ kind, isSilent }) => isSilent === true && kind in channel);
}

function routeOf(route: ConfigDocument['routes'][number]): Route {
  const { when, to, continue: continues, repeat, escalate, group } = route;
  return {
    when: whenOf(when),
    to,
    continues,
    ...(repeat === undefined ? {} : { repeat }),
    ...(escalate === undefined ? {} : { escalate }),
    ...(group === undefined ? {} : { group }),
  };
}

const whenOf = ({ severity, rule, ...fields }: ConfigDocument['inhibit'][number]['source']): When => ({
  ...(severity === undefined ? {} : { severity }),
  ...(rule === undefined ? {} : { rule }),
  fields,
});
