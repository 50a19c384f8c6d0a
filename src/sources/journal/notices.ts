import type { SourceNotice } from '../contract.ts';
import type { Instant } from '../../model/time.ts';

const timeText = (at: Instant | undefined): string =>
  at === undefined ? 'a time that is not known' : new Date(at).toISOString();

/** `entries`: how many at most; undefined: not known. */
export function vacuumed(
  from: Instant | undefined,
  to: Instant | undefined,
  entries: number | undefined,
): SourceNotice {
  const count = entries === undefined ? 'how many entries is not known' : `up to ${String(entries)} entries`;
  return {
    code: 'source.lost',
    severity: 'error',
    text: `the journal no longer holds the entry that was read last (${timeText(from)}); what came between it and ${to === undefined ? 'now' : timeText(to)} was not read: ${count}. Raise SystemMaxUse= in journald.conf`,
    alert: true,
  };
}

export const cannotRead = (why: string): SourceNotice => ({
  code: 'source.unreadable',
  severity: 'error',
  text: `the journal cannot be read: ${why}${remedyFor(why)}`,
  alert: false,
});

const remedyFor = (why: string): string => {
  if (why.includes('ENOENT')) return '; is systemd installed? "program" names where journalctl is';
  return why.includes('insufficient permissions') ? group : '';
};

const group = '; membership of the group systemd-journal would help: usermod -aG systemd-journal USER';

export const partial: SourceNotice = {
  code: 'source.partial',
  severity: 'warning',
  text: `the journal shows only what this user may see${group}`,
  alert: false,
};

export const stopped = (how: string, complaint: string): SourceNotice => ({
  code: 'source.ended',
  severity: 'warning',
  text: `journalctl ended (${how}${complaint === '' ? '' : `: ${complaint}`}); it is started again`,
  alert: false,
});

export const badMark: SourceNotice = {
  code: 'source.mark-damaged',
  severity: 'warning',
  text: 'the kept place in the journal cannot be understood: it counts as seen for the first time',
  alert: false,
};
