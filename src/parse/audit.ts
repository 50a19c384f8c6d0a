import { instant, type Instant } from '../model/time.ts';

/** When the kernel's audit system noted an event, and on which machine. */
export interface AuditHead {
  readonly at: Instant;
  readonly host?: string;
}

const head = /^(?:node=(\S{1,255}) )?type=\S{1,64} msg=audit\((\d{9,10})\.(\d{3}):\d{1,20}\):/;

/** The beginning of a record of auditd(8): `type=AVC msg=audit(1795168806.243:100): …`, perhaps with its node. */
export function auditHead(line: string): AuditHead | undefined {
  if (!line.startsWith('type=') && !line.startsWith('node=')) return undefined;
  const [, host, seconds, thousandths] = head.exec(line) ?? [];
  if (seconds === undefined) return undefined;
  const at = instant(Number(seconds) * 1000 + Number(thousandths));
  return host === undefined ? { at } : { at, host };
}

/** The line with what a program said, which stands in single quotes, among the other pairs. */
export const withInnerPairs = (line: string): string => line.replace(/ msg='([^']*)'/, ' $1');
