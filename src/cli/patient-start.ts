import type { Secret } from '../channels/secret.ts';
import { createEmergency } from '../daemon/emergency.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import { openOnDemand } from '../daemon/open-channels.ts';
import type { LedgerFailure } from '../store/contract.ts';
import { channelPorts, host, type HostOptions, type Hosting } from './host.ts';
import { complain } from './terminal.ts';

/** How often a disk that does not let the daemon start is tried. */
const againMs = 2_000;
/** How long messages under way may take once it does. */
const graceMs = 10_000;

/** What passes without anybody touching the configuration: the disk is made room on, or is there again. */
const mayPass: ReadonlySet<LedgerFailure['type']> = new Set(['full', 'io']);

/**
 * Hosts a daemon. While the disk is full or fails, it says so in the log and to people, past the ledger,
 * and tries again: the files are the queue meanwhile.
 */
export async function hostPatiently(options: HostOptions): Promise<Hosting> {
  const { config, state, log } = options;
  let said = '';
  const refused = (detail: string): void => {
    if (detail !== said) complain(detail);
    said = detail;
  };
  const unsaved = new Map<string, Secret>();
  let hosting = await host({ ...options, refused, unsaved });
  if (hosting.ok || !isPassing(hosting.failure)) return hosting;
  const channels = openOnDemand(config.channels, (name) => ({
    ...channelPorts(config, state, unsaved),
    name,
  }));
  const emergency = createEmergency({
    config: () => config,
    match: createMatchPorts(),
    now: Date.now,
    send: channels.send,
    log,
    meanwhile: 'nothing is read and nothing is told until it can be',
    ended: () => undefined,
  });
  while (!hosting.ok && isPassing(hosting.failure)) {
    emergency.tell(hosting.failure);
    await new Promise((resolve) => setTimeout(resolve, againMs));
    hosting = await host({ ...options, refused, unsaved });
  }
  await emergency.finish(graceMs);
  await channels.close();
  if (hosting.ok) log.warn('the ledger can be used now');
  return hosting;
}

const isPassing = (failure: LedgerFailure | undefined): failure is LedgerFailure =>
  failure !== undefined && mayPass.has(failure.type);
