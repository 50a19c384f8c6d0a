import { alertmanager } from './alertmanager/alertmanager.ts';
import type { ChannelKind, ChannelPorts } from './contract.ts';
import { email } from './email/email.ts';
import { exec } from './exec/exec.ts';
import { file } from './file/file.ts';
import { icinga2 } from './icinga2/icinga2.ts';
import { irc } from './irc/irc.ts';
import { mqtt } from './mqtt/mqtt.ts';
import { nagios } from './nagios/nagios.ts';
import { nats } from './nats/nats.ts';
import { nrdp } from './nrdp/nrdp.ts';
import { nscaNg } from './nsca-ng/nsca-ng.ts';
import { nsca } from './nsca/nsca.ts';
import { screen } from './screen/screen.ts';
import { snmpTrap } from './snmp-trap/snmp-trap.ts';
import { syslog } from './syslog/syslog.ts';
import { webhook } from './webhook/webhook.ts';
import { xDm } from './x/dm.ts';
import { xPost } from './x/post.ts';
import { discord } from './discord/discord.ts';
import { matrix } from './matrix/matrix.ts';
import { mattermost } from './mattermost/mattermost.ts';
import { rocketchat } from './rocketchat/rocketchat.ts';
import { slack } from './slack/slack.ts';
import { teams } from './teams/teams.ts';
import { telegram } from './telegram/telegram.ts';
import { xmpp } from './xmpp/xmpp.ts';
import { zulip } from './zulip/zulip.ts';
import { apprise } from './apprise/apprise.ts';
import { desktop } from './desktop/desktop.ts';
import { gammu } from './gammu/gammu.ts';
import { smstools } from './smstools/smstools.ts';
import { wall } from './wall/wall.ts';
import { gotify } from './gotify/gotify.ts';
import { ntfy } from './ntfy/ntfy.ts';
import { opsgenie } from './opsgenie/opsgenie.ts';
import { pagerduty } from './pagerduty/pagerduty.ts';
import { pushover } from './pushover/pushover.ts';
import { smsHttp } from './sms-http/sms-http.ts';
import { twilioCall } from './twilio/call.ts';
import { twilio } from './twilio/sms.ts';
import { webPush } from './web-push/web-push.ts';

/** Every kind of channel there is. A new one is a folder and a line here. */
export const channelKinds: readonly ChannelKind<unknown>[] = [
  registered(xDm),
  registered(xPost),
  registered(webhook),
  registered(email),
  registered(nagios),
  registered(nsca),
  registered(nscaNg),
  registered(ntfy),
  registered(gotify),
  registered(pushover),
  registered(pagerduty),
  registered(opsgenie),
  registered(webPush),
  registered(twilio),
  registered(twilioCall),
  registered(smsHttp),
  registered(gammu),
  registered(smstools),
  registered(mqtt),
  registered(nats),
  registered(snmpTrap),
  registered(irc),
  registered(xmpp),
  registered(nrdp),
  registered(icinga2),
  registered(alertmanager),
  registered(exec),
  registered(apprise),
  registered(file),
  registered(syslog),
  registered(wall),
  registered(desktop),
  registered(screen),
  registered(discord),
  registered(matrix),
  registered(mattermost),
  registered(rocketchat),
  registered(slack),
  registered(teams),
  registered(telegram),
  registered(zulip),
];

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
