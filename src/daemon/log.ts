import { safeLine } from '../kit/terminal.ts';
import type { Logger } from 'pino';

/** Members of one log line. Never log text of users in `message`: it goes into a member. */
export type LogMembers = { readonly [name: string]: unknown };

/** The daemon's own log: what the operator of Bird Sentinel reads, not what is watched. */
export interface Log {
  debug(message: string, members?: LogMembers): void;
  info(message: string, members?: LogMembers): void;
  warn(message: string, members?: LogMembers): void;
  error(message: string, members?: LogMembers): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Most characters that wait for a standard error that cannot be written; newer lines are lost. */
const mostWaiting = 1024 * 1024;

/** JSON lines on standard error, written at once: a crash loses none. Where that fails, the program goes on. */
export async function openLog(level: LogLevel): Promise<Log> {
  const { pino } = await import('pino');
  const destination = pino.destination({ dest: 2, sync: true, maxLength: mostWaiting });
  destination.on('error', () => undefined);
  const logger: Logger = pino(
    { level, base: { name: 'bird-sentinel' }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  return {
    debug: (message, members) => logger.debug(members ?? {}, message),
    info: (message, members) => logger.info(members ?? {}, message),
    warn: (message, members) => logger.warn(members ?? {}, message),
    error: (message, members) => logger.error(members ?? {}, message),
  };
}

/** Plain sentences for a person at a terminal (`watch`, `send`). */
export function plainLog(write: (line: string) => void, level: 'warn' | 'error' | 'silent'): Log {
  const say = (word: string, wanted: boolean) => (message: string, members?: LogMembers) => {
    const text = members?.['text'];
    if (wanted)
      write(safeLine(`bird-sentinel: ${word}: ${message}${typeof text === 'string' ? `: ${text}` : ''}`));
  };
  const nothing = () => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: say('warning', level === 'warn'),
    error: say('error', level !== 'silent'),
  };
}
