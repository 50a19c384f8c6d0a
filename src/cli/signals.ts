/** What a running daemon does at the signals that do not end it. */
export interface SignalWork {
  readonly SIGHUP: () => void;
  readonly SIGUSR1: () => void;
  readonly SIGUSR2: () => void;
}

type WorkSignal = keyof SignalWork;

const workSignals = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
const early = new Set<WorkSignal>();
let work: SignalWork | undefined;

function take(signal: NodeJS.Signals): void {
  const known = workSignals.find((one) => one === signal);
  if (known === undefined) return;
  if (work === undefined) early.add(known);
  else work[known]();
}

/**
 * Takes the signals that do not end a daemon, from its first moment: left to the system, HUP and USR2 would end
 * it, and USR1 would open a debugger. What comes before there is work for it waits.
 */
export function takeSignals(): void {
  for (const signal of workSignals) process.on(signal, take);
}

/** Leaves them to the system again: the program is no daemon. */
export function leaveSignals(): void {
  for (const signal of workSignals) process.off(signal, take);
}

/** From here on there is work for them; what came already is done now, once. */
export function workAtSignals(given: SignalWork): void {
  work = given;
  for (const signal of early) given[signal]();
  early.clear();
}

/** Settles at the first TERM or INT; the second ends the program at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.kill(process.pid, 'SIGKILL');
      asked = true;
      resolve();
      process.on(signal, stop);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
}
