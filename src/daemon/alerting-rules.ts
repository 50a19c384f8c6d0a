import type { AlertingRules, ChannelRules } from '../alerting/contract.ts';
import type { Config } from '../config/config.ts';

/** The part of a configuration that alerting works by. */
export function alertingRules(config: Config): AlertingRules {
  return {
    receivers: config.receivers,
    routes: config.routes,
    channels: config.channels.map(({ name, kind, options, budgets, price, resolved }): ChannelRules => ({
      name,
      concurrency: kind.concurrency,
      budgets,
      budgetKey: kind.budgetKey?.(options) ?? name,
      resolved,
      ...(price === undefined ? {} : { price }),
    })),
    giveUpAfter: config.limits.giveUpAfter,
    maxWaiting: config.limits.maxWaiting,
    ...(config.inhibit === undefined ? {} : { inhibit: config.inhibit }),
    ...(config.storm === undefined ? {} : { storm: config.storm }),
    ...(config.flapping === undefined ? {} : { flapping: config.flapping }),
    ...(config.expiryAhead === undefined ? {} : { expiryAhead: config.expiryAhead }),
  };
}
