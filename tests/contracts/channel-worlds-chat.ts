import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  discordWebhook,
  matrixHomeserver,
  mattermostServer,
  rocketchatWorkspace,
  slackApi,
  teamsWorkflow,
  telegramApi,
  zulipOrganisation,
} from '../peers/chat-services.ts';
import { type ChatService, openStandin } from '../peers/chat-standin.ts';
import { channelSecret } from './channel-answers.ts';
import type { ChannelWorld, WorldPlace } from './channel-worlds.ts';
import type { Mood } from './mood.ts';

type OpenWorld = (mood: Mood, place: WorldPlace) => Promise<ChannelWorld>;

const secret = channelSecret;

/** A service in a mood; `options` from where it is. */
const world =
  (open: () => ChatService, options: (url: string, place: WorldPlace) => object): OpenWorld =>
  async (mood, place) => {
    const standin = await openStandin(open(), mood);
    return { ...standin, options: { ...options(standin.url, place), timeout: place.timeout } };
  };

/** A file with an address that holds the secret. */
function urlFile({ dir }: WorldPlace, url: string): string {
  const path = join(dir, 'url');
  writeFileSync(path, url, { mode: 0o600 });
  return path;
}

/** The other side of each chat. */
export const chatWorlds: { readonly [kind: string]: OpenWorld } = {
  slack: world(
    () => slackApi({ secret }),
    (url, { secretFile }) => ({ 'token-file': secretFile, channel: '#alerts', api: `${url}/api` }),
  ),
  discord: world(
    () => discordWebhook({ secret }),
    (url, place) => ({ 'url-file': urlFile(place, `${url}/api/webhooks/223704706495545344/${secret}`) }),
  ),
  teams: world(
    () => teamsWorkflow({ secret }),
    (url, place) => ({
      'url-file': urlFile(place, `${url}/workflows/f0/triggers/manual/paths/invoke?sig=${secret}`),
    }),
  ),
  telegram: world(
    () => telegramApi({ secret }),
    (url, { secretFile }) => ({ 'token-file': secretFile, chat: '-1001234', api: url }),
  ),
  matrix: world(
    () => matrixHomeserver({ secret }),
    (url, { secretFile }) => ({ server: url, 'token-file': secretFile, room: '!room:example.org' }),
  ),
  mattermost: world(
    () => mattermostServer({ secret }),
    (url, { secretFile }) => ({
      server: url,
      'token-file': secretFile,
      channel: 'abcdefghijklmnopqrstuvwxyz',
    }),
  ),
  rocketchat: world(
    () => rocketchatWorkspace({ secret }),
    (url, { secretFile }) => ({
      server: url,
      'user-id': 'user1',
      'token-file': secretFile,
      room: '#alerts',
    }),
  ),
  zulip: world(
    () => zulipOrganisation({ secret }),
    (url, { secretFile }) => ({
      server: url,
      user: 'bird-bot@example.org',
      'token-file': secretFile,
      channel: 'ops',
    }),
  ),
};
