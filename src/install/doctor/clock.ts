import { bad, fine, note, type Bedside, type Finding } from './finding.ts';

/** OAuth 1.0a servers refuse stamps that are minutes away; less than this nobody notices. */
const toleratedMs = 30_000;

const startNtp =
  'install and start a time service: apt install systemd-timesyncd (or chrony), then timedatectl set-ntp true';

/**
 * Whether the clock is in step. What a time service of this machine says counts first, then the `Date` of
 * a server's answer (RFC 9110, 6.6.1); `serverDate` is undefined where none answered.
 */
export async function checkClock(
  { ask, now }: Bedside,
  serverDate: () => Promise<{ readonly host: string; readonly date: string } | undefined>,
): Promise<Finding> {
  const synchronised = await ntpState(ask);
  if (synchronised === true) return fine('clock', 'in step with a time server');
  const answer = await serverDate();
  const theirs = answer === undefined ? Number.NaN : Date.parse(answer.date);
  if (answer !== undefined && !Number.isNaN(theirs)) {
    const offMs = now() - theirs;
    const size = `${Math.round(Math.abs(offMs) / 1000)} s ${offMs < 0 ? 'behind' : 'ahead of'} ${answer.host}`;
    if (Math.abs(offMs) > toleratedMs)
      return bad('clock', `${size}: services will refuse what it signs`, startNtp);
    return synchronised === false
      ? note('clock', `not kept in step by any time service; now ${size}`, startNtp)
      : fine('clock', size);
  }
  return synchronised === false
    ? bad('clock', 'not kept in step by any time service', startNtp)
    : note('clock', 'nothing here says whether it is in step', startNtp);
}

/** True or false as a time service says; undefined: none can be asked. */
async function ntpState(ask: Bedside['ask']): Promise<boolean | undefined> {
  const chrony = await ask('chronyc', ['-n', 'tracking']);
  if (chrony !== undefined) return /^Leap status\s*:\s*(?!Not synchronised)\S/m.test(chrony);
  const systemd = await ask('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  return systemd === undefined ? undefined : systemd.trim() === 'yes';
}
