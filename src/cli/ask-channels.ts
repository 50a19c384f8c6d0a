import type { ChannelConfig, Config } from '../config/config.ts';
import type { Channel, ProbeResult } from '../channels/contract.ts';
import { safeForTerminal } from '../kit/terminal.ts';
import { exit, type ExitCode } from './exit.ts';
import { channelPorts } from './host.ts';
import type { Settings } from './settings.ts';
import { print, printJson } from './terminal.ts';

const askMs = 20_000;

/** Opens each channel and asks its service whether a message could be sent; sends none. */
export async function askChannels(config: Config, settings: Settings): Promise<ExitCode> {
  let allFine = true;
  for (const configured of config.channels) {
    const result = await askChannel(configured, config, settings.state);
    allFine &&= result.ok;
    if (settings.json) printJson({ version: 1, channel: configured.name, ...result });
    else print(safeForTerminal(`${configured.name}: ${result.ok ? 'ok' : 'NOT ok'}: ${result.detail}`));
  }
  return allFine ? exit.done : exit.failed;
}

/** Opens one channel and asks its service. Never rejects. */
export const askChannel = (
  { name, kind, options }: ChannelConfig,
  config: Config,
  state: string,
): Promise<ProbeResult> => ask(() => kind.open(options, { ...channelPorts(config, state), name }));

async function ask(open: () => Promise<Channel>): Promise<ProbeResult> {
  try {
    const channel = await open();
    const result = (await channel.probe?.(AbortSignal.timeout(askMs))) ?? { ok: true, detail: 'opens' };
    await channel.close();
    return result;
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
