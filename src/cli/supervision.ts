import { spawn } from 'node:child_process';

/** What the program says to systemd (sd_notify(3)); nothing where no one listens. */
export interface Supervision {
  /** Every source is open. */
  ready(): void;
  stopping(): void;
  /** Feeds the watchdog for as long as `pulse` settles; `sentence` is what `systemctl status` shows. */
  feed(pulse: () => Promise<void>, sentence: () => string): void;
}

/** How often, and by how much, a start that waits for the disk asks for more time. */
const extendEveryMs = 20_000;
const extendByMs = 120_000;

/**
 * Speaks to who started this process. The socket of systemd is a UNIX datagram socket, which Node cannot
 * open: each message is a run of `systemd-notify`, which comes with systemd and waits until the message was
 * taken. The unit must have `NotifyAccess=all`, for that is another process.
 */
export function openSupervision(env: NodeJS.ProcessEnv, pid: number): Supervision {
  const socket = env['NOTIFY_SOCKET'] ?? '';
  // What the program starts is not the service.
  delete env['NOTIFY_SOCKET'];
  if (socket === '') return { ready: () => undefined, stopping: () => undefined, feed: () => undefined };
  const say = messenger(socket, env['PATH']);
  const extend = (): void => void say([`EXTEND_TIMEOUT_USEC=${extendByMs * 1000}`]);
  let timer = setInterval(extend, extendEveryMs).unref();
  return {
    ready() {
      clearInterval(timer);
      void say(['READY=1', 'STATUS=watching']);
    },
    stopping() {
      clearInterval(timer);
      void say(['STOPPING=1', 'STATUS=finishing what is under way']);
    },
    feed(pulse, sentence) {
      const everyMs = watchdogMs(env, pid) / 3;
      if (!Number.isFinite(everyMs)) return;
      clearInterval(timer);
      let beating = false;
      const beat = async (): Promise<void> => {
        if (beating) return;
        beating = true;
        await pulse();
        await say(['WATCHDOG=1', `STATUS=${sentence()}`]);
        beating = false;
      };
      timer = setInterval(() => void beat(), everyMs).unref();
    },
  };
}

/** How long systemd waits for a sign of life; infinite where it waits for none from this process. */
function watchdogMs(env: NodeJS.ProcessEnv, pid: number): number {
  const isOurs = (env['WATCHDOG_PID'] ?? String(pid)) === String(pid);
  const micros = Number(env['WATCHDOG_USEC'] ?? '');
  return isOurs && micros > 0 ? micros / 1000 : Infinity;
}

/** One message after the other, in the order in which they were said. A message that is not taken is missed. */
function messenger(socket: string, path: string | undefined): (lines: readonly string[]) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (lines) => {
    last = last.then(() => notify(lines, { NOTIFY_SOCKET: socket, PATH: path }));
    return last;
  };
}

const notify = (lines: readonly string[], env: NodeJS.ProcessEnv): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn('systemd-notify', [...lines], { env, stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
