import { once } from '../kit/once.ts';
import type { KindRow } from '../kit/kind-row.ts';
import type { ChannelKind, ChannelPorts } from './contract.ts';

/** Alerts go here when no channel is configured. */
export const fallbackChannel = row('screen', async () => (await import('./screen/screen.ts')).screen);

/** Every kind of channel there is, by the name it has in a configuration. A new one is a folder and a line here. */
export const channelKinds: readonly KindRow<ChannelKind<unknown>>[] = [
  row('x-dm', async () => (await import('./x/dm.ts')).xDm),
  row('x-post', async () => (await import('./x/post.ts')).xPost),
  row('webhook', async () => (await import('./webhook/webhook.ts')).webhook),
  row('email', async () => (await import('./email/email.ts')).email),
  row('nagios', async () => (await import('./nagios/nagios.ts')).nagios),
  row('nsca', async () => (await import('./nsca/nsca.ts')).nsca),
  row('nsca-ng', async () => (await import('./nsca-ng/nsca-ng.ts')).nscaNg),
  row('ntfy', async () => (await import('./ntfy/ntfy.ts')).ntfy),
  row('gotify', async () => (await import('./gotify/gotify.ts')).gotify),
  row('pushover', async () => (await import('./pushover/pushover.ts')).pushover),
  row('pagerduty', async () => (await import('./pagerduty/pagerduty.ts')).pagerduty),
  row('opsgenie', async () => (await import('./opsgenie/opsgenie.ts')).opsgenie),
  row('web-push', async () => (await import('./web-push/web-push.ts')).webPush),
  row('twilio', async () => (await import('./twilio/sms.ts')).twilio),
  row('twilio-call', async () => (await import('./twilio/call.ts')).twilioCall),
  row('sms-http', async () => (await import('./sms-http/sms-http.ts')).smsHttp),
  row('gammu', async () => (await import('./gammu/gammu.ts')).gammu),
  row('smstools', async () => (await import('./smstools/smstools.ts')).smstools),
  row('mqtt', async () => (await import('./mqtt/mqtt.ts')).mqtt),
  row('nats', async () => (await import('./nats/nats.ts')).nats),
  row('snmp-trap', async () => (await import('./snmp-trap/snmp-trap.ts')).snmpTrap),
  row('irc', async () => (await import('./irc/irc.ts')).irc),
  row('xmpp', async () => (await import('./xmpp/xmpp.ts')).xmpp),
  row('nrdp', async () => (await import('./nrdp/nrdp.ts')).nrdp),
  row('icinga2', async () => (await import('./icinga2/icinga2.ts')).icinga2),
  row('alertmanager', async () => (await import('./alertmanager/alertmanager.ts')).alertmanager),
  row('exec', async () => (await import('./exec/exec.ts')).exec),
  row('apprise', async () => (await import('./apprise/apprise.ts')).apprise),
  row('file', async () => (await import('./file/file.ts')).file),
  row('syslog', async () => (await import('./syslog/syslog.ts')).syslog),
  row('wall', async () => (await import('./wall/wall.ts')).wall),
  row('desktop', async () => (await import('./desktop/desktop.ts')).desktop),
  fallbackChannel,
  row('discord', async () => (await import('./discord/discord.ts')).discord),
  row('matrix', async () => (await import('./matrix/matrix.ts')).matrix),
  row('mattermost', async () => (await import('./mattermost/mattermost.ts')).mattermost),
  row('rocketchat', async () => (await import('./rocketchat/rocketchat.ts')).rocketchat),
  row('slack', async () => (await import('./slack/slack.ts')).slack),
  row('teams', async () => (await import('./teams/teams.ts')).teams),
  row('telegram', async () => (await import('./telegram/telegram.ts')).telegram),
  row('zulip', async () => (await import('./zulip/zulip.ts')).zulip),
];

function row<Options>(
  kind: string,
  load: () => Promise<ChannelKind<Options>>,
): KindRow<ChannelKind<unknown>> {
  return { kind, load: once(async () => registered(await load())) };
}

/**
 * A kind as shared code sees it: its own type of options stays inside, and what takes options takes
 * whatever the kind's schema accepts, before or after its defaults were filled in. Other options are our
 * bug.
 */
function registered<Options>(kind: ChannelKind<Options>): ChannelKind<unknown> {
  const { budgetKey, shapeFor, expiries, ...rest } = kind;
  return {
    ...rest,
    open: async (options, ports) => kind.open(kind.options.parse(options), ports),
    ...(budgetKey === undefined
      ? {}
      : { budgetKey: (options: unknown) => budgetKey(kind.options.parse(options)) }),
    ...(shapeFor === undefined
      ? {}
      : { shapeFor: (options: unknown) => shapeFor(kind.options.parse(options)) }),
    ...(expiries === undefined
      ? {}
      : {
          expiries: async (options: unknown, ports: ChannelPorts, signal: AbortSignal) =>
            expiries(kind.options.parse(options), ports, signal),
        }),
  };
}
