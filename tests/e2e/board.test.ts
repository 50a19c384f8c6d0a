import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './program.ts';

let dir = '';
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'board-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function boardOf(lines: readonly string[]): Promise<string> {
  const log = join(dir, 'log');
  writeFileSync(log, `${lines.join('\n')}\n`);
  const { code, stdout } = await run(['watch', '--once', log]);
  expect(code).toBe(0);
  // The year of a stamp without one depends on the day of the test.
  return stdout.replaceAll(/\b20\d\d-/g, 'YYYY-');
}

const failed = (time: string, pid: number, ip: string, user = 'root') =>
  `Dec 10 ${time} LabSZ sshd[${pid}]: Failed password for ${user} from ${ip} port 4711 ssh2`;

test('lines that stand among later ones are told with their own times', async () => {
  const board = await boardOf(
    [1, 2, 3, 4, 5, 6].flatMap((n) => [
      failed(`07:00:0${n}`, 1, '203.0.113.7'),
      failed(`07:05:0${n}`, 2, '203.0.113.8'),
    ]),
  );
  expect(board).toContain('YYYY-12-10 07:00:01 to 07:00:06');
  expect(board).toContain('YYYY-12-10 07:05:01 to 07:05:06');
});

test('of sshd under attack: each attacker once with a count, nothing of normal lines and lone mistakes', async () => {
  const lines = [
    'Dec 10 06:55:46 LabSZ sshd[1]: reverse mapping checking getaddrinfo for x.example.net [203.0.113.7] failed - POSSIBLE BREAK-IN ATTEMPT!',
    'Dec 10 06:55:46 LabSZ sshd[1]: Invalid user webmaster from 203.0.113.7',
    'Dec 10 06:55:46 LabSZ sshd[1]: input_userauth_request: invalid user webmaster [preauth]',
    'Dec 10 06:55:46 LabSZ sshd[1]: pam_unix(sshd:auth): check pass; user unknown',
    'Dec 10 06:55:46 LabSZ sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7 ',
    failed('06:55:48', 1, '203.0.113.7', 'invalid user webmaster'),
    ...[0, 1, 2, 3, 4, 5].map((n) => failed(`06:56:0${n}`, 2, '203.0.113.7')),
    'Dec 10 06:56:06 LabSZ sshd[2]: PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root',
    'Dec 10 06:56:06 LabSZ sshd[2]: PAM service(sshd) ignoring max retries; 6 > 3',
    failed('07:00:00', 3, '192.0.2.5', 'alice'),
    'Dec 10 07:00:02 LabSZ sshd[3]: Accepted password for alice from 192.0.2.5 port 4711 ssh2',
    'Dec 10 07:00:02 LabSZ sshd[3]: pam_unix(sshd:session): session opened for user alice by (uid=0)',
    ...[0, 1, 2, 3, 4].map((n) => failed(`09:00:0${n}`, 4, '2001:db8::7', 'invalid user x from 192.0.2.1')),
    ...[0, 1, 2, 3, 4].map((n) => failed(`11:00:0${n}`, 5, '203.0.113.7')),
    'Dec 10 11:00:05 LabSZ sshd[5]: Received disconnect from 203.0.113.7: 11: Bye Bye [preauth]',
  ];
  expect(await boardOf(lines)).toBe(
    [
      'WARNING   SSH brute force from 203.0.113.7',
      '    seen 13 times in 2 bursts, YYYY-12-10 06:55:48 to 11:00:04 (LabSZ)',
      `    ${failed('11:00:04', 5, '203.0.113.7')}`,
      'WARNING   SSH brute force from 2001:db8::7',
      '    seen 5 times, YYYY-12-10 09:00:00 to 09:00:04 (LabSZ)',
      `    ${failed('09:00:04', 4, '2001:db8::7', 'invalid user x from 192.0.2.1')}`,
      '',
    ].join('\n'),
  );
});

test('of an old Linux: attackers by PAM, floods of FTP and a failing rotation, nothing of its starts and sessions', async () => {
  const pam = 'logname= uid=0 euid=0 tty=NODEVssh ruser=';
  const lines = [
    'Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.5 ',
    'Jun 15 04:06:18 combo su(pam_unix)[21416]: session opened for user cyrus by (uid=0)',
    'Jun 15 04:06:19 combo su(pam_unix)[21416]: session closed for user cyrus',
    'Jun 15 04:06:20 combo logrotate: ALERT exited abnormally with [1]',
    ...[0, 1, 2, 3, 4].map(
      (n) =>
        `Jun 15 12:12:3${n} combo sshd(pam_unix)[2339${n}]: authentication failure; ${pam} rhost=host.example.net `,
    ),
    'Jun 15 12:12:34 combo sshd(pam_unix)[23394]: check pass; user unknown',
    ...Array.from(
      { length: 23 },
      (_, n) =>
        `Jun 17 07:07:00 combo ftpd[${29504 + n}]: connection from 203.0.113.9 () at Fri Jun 17 07:07:00 2005 `,
    ),
    'Jun 18 04:06:20 combo logrotate: ALERT exited abnormally with [1]',
    'Jun 20 03:40:59 combo kernel: Intel machine check reporting enabled on CPU#0.',
    'Jun 20 03:41:00 combo syslogd 1.4.1: restart.',
    'Jun 20 03:41:01 combo named[2306]: notify question section contains no SOA',
  ];
  expect(await boardOf(lines)).toBe(
    [
      'WARNING   logs of combo are not rotated',
      '    seen 2 times in 2 bursts, YYYY-06-15 04:06:20 to YYYY-06-18 04:06:20 (combo)',
      '    Jun 18 04:06:20 combo logrotate: ALERT exited abnormally with [1]',
      'WARNING   failed logins from host.example.net',
      '    seen 5 times, YYYY-06-15 12:12:30 to 12:12:34 (combo)',
      `    Jun 15 12:12:34 combo sshd(pam_unix)[23394]: authentication failure; ${pam} rhost=host.example.net `,
      'WARNING   203.0.113.9 floods the FTP server',
      '    seen 23 times, YYYY-06-17 07:07:00 (combo)',
      '    Jun 17 07:07:00 combo ftpd[29526]: connection from 203.0.113.9 () at Fri Jun 17 07:07:00 2005 ',
      '',
    ].join('\n'),
  );
});

test('of an Apache error log: one word about the backend, and the worst first', async () => {
  const lines = [
    '[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok /etc/httpd/conf/workers2.properties',
    '[Sun Dec 04 04:47:43 2005] [error] [client 192.0.2.5] Directory index forbidden by rule: /var/www/html/',
    ...Array.from(
      { length: 10 },
      () =>
        '[Sun Dec 04 04:47:43 2005] [error] [client 203.0.113.7] File does not exist: /var/www/html/scripts',
    ),
    ...[4, 5, 6].map((n) => `[Sun Dec 04 04:47:4${n} 2005] [error] mod_jk child workerEnv in error state 6`),
    '[Sun Dec 04 04:51:08 2005] [notice] jk2_init() Found child 6725 in scoreboard slot 10',
  ];
  expect(await boardOf(lines)).toBe(
    [
      'CRITICAL  Apache does not reach its backend workerEnv',
      '    seen 3 times, YYYY-12-04 04:47:44 to 04:47:46',
      '    [Sun Dec 04 04:47:46 2005] [error] mod_jk child workerEnv in error state 6',
      'INFO      203.0.113.7 probes the web server',
      '    seen 10 times, YYYY-12-04 04:47:43',
      '    [Sun Dec 04 04:47:43 2005] [error] [client 203.0.113.7] File does not exist: /var/www/html/scripts',
      '',
    ].join('\n'),
  );
});

test('rules of one’s own say each thing they find', async () => {
  const log = join(dir, 'own');
  writeFileSync(log, 'needle one\nhay\nneedle two\n');
  const { stdout } = await run(['watch', '--once', log, '--rule', 'needle']);
  expect(stdout).toContain('needle one');
  expect(stdout).toContain('needle two');
});
