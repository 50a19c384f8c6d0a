import type { AlertingRules, ChannelRules } from '../alerting/contract.ts';
import type { Config } from '../config/config.ts';

/** The part of a configuration that alerting works by. */
export function alertingRules(config: Config): AlertingRules {
  return {
    receivers: config.receivers,
    routes: config.routes,
    channels: config.channels.map((channel): ChannelRules => ({
      name: channel.name,
      concurrency: channel.kind.concurrency,
      budgets: channel.budgets,
      resolved: channel.resolved,
      ...budgetKeyOf(channel),
    })),
    giveUpAfter: config.limits.giveUpAfter,
    maxWaiting: config.limits.maxWaiting,
  };
}
