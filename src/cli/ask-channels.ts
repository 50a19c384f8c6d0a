import type { Config } from '../config/config.ts';
import type { Channel } from '../channels/contract.ts';
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
    const result = await ask(() =>
      configured.kind.open(configured.options, {
        ...channelPorts(config, settings.state),
        name: configured.name,
      }),
    );
    allFine &&= result.ok;
    if (settings.json) printJson({ version: 1, channel: configured.name, ...result });
    else print(safeForTerminal(`${configured.name}: ${result.ok ? 'ok' : 'NOT ok'}: ${result.detail}`));
  }
  return allFine ? exit.done : exit.failed;
}

async function ask(open: () => Promise<Channel>): Promise<{ readonly ok: boolean; readonly detail: string }> {
  try {
    const channel = await open();
    const result = (await channel.probe?.(AbortSignal.timeout(askMs))) ?? { ok: true, detail: 'opens' };
    await channel.close();
    return { ok: result.ok, detail: result.detail };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
