import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel } from '../../src/channels/contract.ts';
import { channelKinds } from '../../src/channels/registry.ts';
import { channelPorts, type TestPorts } from './channel-ports.ts';
import {
  discordWebhook,
  matrixHomeserver,
  mattermostServer,
  mattermostWebhook,
  rocketchatHook,
  rocketchatWorkspace,
  slackApi,
  slackWebhook,
  teamsWorkflow,
  telegramApi,
  type ServiceSetting,
  zulipOrganisation,
} from './chat-services.ts';
import { type ChatService, type ChatStandin, openStandin } from './chat-standin.ts';

/** How a channel is configured so that it meets a service's stand-in. */
export interface ChatSetting {
  readonly kind: string;
  readonly service: (setting: ServiceSetting) => ChatService;
  /** The address that is a secret itself, where there is one. */
  readonly url?: (base: string, secret: string) => string;
  readonly options: (base: string, file: string) => object;
}

const byUrlFile = (_base: string, file: string): object => ({ 'url-file': file });

/** Each way to reach each chat. */
export const chatSettings = {
  slack: {
    kind: 'slack',
    service: slackApi,
    options: (base, file) => ({ 'token-file': file, channel: '#alerts', api: `${base}/api` }),
  },
  'slack webhook': {
    kind: 'slack',
    service: slackWebhook,
    url: (base, secret) => `${base}/services/T000/B000/${secret}`,
    options: byUrlFile,
  },
  discord: {
    kind: 'discord',
    service: discordWebhook,
    url: (base, secret) => `${base}/api/webhooks/223704706495545344/${secret}`,
    options: byUrlFile,
  },
  teams: {
    kind: 'teams',
    service: teamsWorkflow,
    url: (base, secret) => `${base}/workflows/f0/triggers/manual/paths/invoke?api-version=1&sig=${secret}`,
    options: byUrlFile,
  },
  telegram: {
    kind: 'telegram',
    service: telegramApi,
    options: (base, file) => ({ 'token-file': file, chat: '-1001234', api: base }),
  },
  matrix: {
    kind: 'matrix',
    service: matrixHomeserver,
    options: (base, file) => ({ server: base, 'token-file': file, room: '!room:example.org' }),
  },
  mattermost: {
    kind: 'mattermost',
    service: mattermostServer,
    options: (base, file) => ({
      server: base,
      'token-file': file,
      channel: 'abcdefghijklmnopqrstuvwxyz',
    }),
  },
  'mattermost webhook': {
    kind: 'mattermost',
    service: mattermostWebhook,
    url: (base, secret) => `${base}/hooks/${secret}`,
    options: byUrlFile,
  },
  rocketchat: {
    kind: 'rocketchat',
    service: rocketchatWorkspace,
    options: (base, file) => ({ server: base, 'user-id': 'user1', 'token-file': file, room: '#alerts' }),
  },
  'rocketchat hook': {
    kind: 'rocketchat',
    service: rocketchatHook,
    url: (base, secret) => `${base}/hooks/id/${secret}`,
    options: byUrlFile,
  },
  zulip: {
    kind: 'zulip',
    service: zulipOrganisation,
    options: (base, file) => ({
      server: base,
      user: 'bird-bot@example.org',
      'token-file': file,
      channel: 'ops',
    }),
  },
} satisfies { readonly [name: string]: ChatSetting };

export type ChatName = keyof typeof chatSettings;

/** A channel open towards a stand-in. */
export interface ChatScene {
  readonly standin: ChatStandin;
  readonly channel: Channel;
  readonly ports: TestPorts;
  close(): Promise<void>;
}

/** What of a scene is not as it should be. */
interface Change {
  readonly secret?: string;
  /** The secret that the service wants. */
  readonly wanted?: string;
  /** What stands in the file instead of it. */
  readonly content?: string;
  readonly more?: object;
}

/** Opens a channel towards its stand-in. */
export async function openScene(name: ChatName, change: Change = {}): Promise<ChatScene> {
  const { secret = 's3cr3t-t0ken', wanted = secret, content, more = {} } = change;
  const setting: ChatSetting = chatSettings[name];
  const standin = await openStandin(setting.service({ secret: wanted }));
  const http = { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } };
  const ports = await channelPorts('https://x.test', { http });
  const file = join(ports.stateDirectory, 'secret');
  writeFileSync(file, content ?? setting.url?.(standin.url, secret) ?? secret, { mode: 0o600 });
  const kind = await channelKinds.find((one) => one.kind === setting.kind)?.load();
  if (kind === undefined) throw new Error(`no channel ${setting.kind}`);
  const options = { ...setting.options(standin.url, file), ...more, timeout: '30s' };
  const channel = await kind.open(options, ports);
  return {
    standin,
    channel,
    ports,
    async close() {
      await channel.close();
      standin.stop();
      await ports.remove();
    },
  };
}
