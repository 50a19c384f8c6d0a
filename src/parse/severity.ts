import type { SyslogSeverity } from '../model/event.ts';

const BY_CODE: readonly SyslogSeverity[] = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
  'info',
  'debug',
];

const FACILITIES = (
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ' +
  'ntp audit console clock local0 local1 local2 local3 local4 local5 local6 local7'
).split(' ');

const BY_WORD: ReadonlyMap<string, SyslogSeverity> = new Map([
  ['emerg', 'emerg'],
  ['emergency', 'emerg'],
  ['panic', 'emerg'],
  ['alert', 'alert'],
  ['crit', 'crit'],
  ['critical', 'crit'],
  ['fatal', 'crit'],
  ['err', 'err'],
  ['error', 'err'],
  ['severe', 'err'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['notice', 'notice'],
  ['info', 'info'],
  ['information', 'info'],
  ['informational', 'info'],
  ['debug', 'debug'],
  ['trace', 'debug'],
  ['verbose', 'debug'],
]);

/** The severity in a syslog PRI value (RFC 5424, 6.2.1). */
export const severityOfPri = (pri: number): SyslogSeverity | undefined => BY_CODE[pri & 7];

/** The facility in a syslog PRI value, by the names of syslog.conf(5). */
export const facilityOfPri = (pri: number): string => FACILITIES[pri >> 3] ?? String(pri >> 3);

/** A level as programs write it: a word in any case, syslog's 0 to 7, or 10 to 60 as bunyan and pino do. */
export function severityOfLevel(level: unknown): SyslogSeverity | undefined {
  if (typeof level === 'string') {
    if (level.length > 16) return undefined;
    return /^\d{1,2}$/.test(level) ? severityOfNumber(Number(level)) : BY_WORD.get(level.toLowerCase());
  }
  return typeof level === 'number' ? severityOfNumber(level) : undefined;
}

/** Whether `word` is a level in capitals, as programs write it after their time stamp. */
export const isShoutedLevel = (word: string): boolean =>
  word.length <= 16 && word === word.toUpperCase() && BY_WORD.has(word.toLowerCase());

function severityOfNumber(level: number): SyslogSeverity | undefined {
  if (!Number.isInteger(level) || level < 0) return undefined;
  if (level <= 7) return BY_CODE[level];
  const step = Math.floor(level / 10);
  return (['debug', 'debug', 'info', 'warning', 'err', 'crit'] as const)[step - 1];
}
