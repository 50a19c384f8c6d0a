import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChatName, type ChatSetting, chatSettings } from '../peers/chat-scene.ts';
import { openStandin } from '../peers/chat-standin.ts';
import { channelSecret } from './channel-answers.ts';
import type { ChannelWorld, WorldPlace } from './channel-worlds.ts';
import type { Mood } from './mood.ts';

type OpenWorld = (mood: Mood, place: WorldPlace) => Promise<ChannelWorld>;

/** A service in a mood, and what a channel is given so that it meets it. */
function world(name: ChatName): OpenWorld {
  const setting: ChatSetting = chatSettings[name];
  return async (mood, { dir, secretFile, timeout }) => {
    const standin = await openStandin(setting.service({ secret: channelSecret }), mood);
    const file = setting.url === undefined ? secretFile : join(dir, 'url');
    if (setting.url !== undefined)
      writeFileSync(file, setting.url(standin.url, channelSecret), { mode: 0o600 });
    return { ...standin, options: { ...setting.options(standin.url, file), timeout } };
  };
}

/** The other side of each chat. */
export const chatWorlds: { readonly [kind: string]: OpenWorld } = {
  slack: world('slack'),
  discord: world('discord'),
  teams: world('teams'),
  telegram: world('telegram'),
  matrix: world('matrix'),
  mattermost: world('mattermost'),
  rocketchat: world('rocketchat'),
  zulip: world('zulip'),
};
