import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countByFail2ban, importInstalled, nativeFilter, whyMissing } from './installed.ts';

/** Lines as the programs write them, and how many of them are failures of an address. */
const logs: readonly (readonly [filter: string, failures: number, lines: readonly string[]])[] = [
  [
    'sshd',
    4,
    [
      'Nov 20 10:00:01 web1 sshd[101]: Failed password for root from 192.0.2.7 port 4711 ssh2',
      'Nov 20 10:00:02 web1 sshd[102]: Failed password for invalid user ann from 2001:db8::7 port 4711 ssh2',
      'Nov 20 10:00:03 web1 sshd[103]: Invalid user eve from 192.0.2.8 port 22',
      'Nov 20 10:00:04 web1 sshd[104]: Accepted password for ann from 192.0.2.9 port 22 ssh2',
      'Nov 20 10:00:05 web1 sshd[105]: Failed publickey for ann from 192.0.2.9 port 22 ssh2: RSA SHA256:abc',
      'Nov 20 10:00:06 web1 sshd[106]: User bob from 192.0.2.10 not allowed because not listed in AllowUsers',
      'Nov 20 10:00:07 web1 sudo[107]: Failed password for root from 192.0.2.7 port 4711 ssh2',
      'Nov 20 10:00:08 web1 sshd[108]: Connection closed by 192.0.2.7 port 22 [preauth]',
    ],
  ],
  [
    'postfix',
    1,
    [
      'Nov 20 10:00:01 mx1 postfix/smtpd[101]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <a@example.org>: Relay access denied; from=<b@example.net> to=<a@example.org> proto=ESMTP helo=<x>',
      'Nov 20 10:00:02 mx1 postfix/smtpd[102]: connect from unknown[192.0.2.7]',
      'Nov 20 10:00:03 mx1 postfix/qmgr[103]: ABC: removed',
    ],
  ],
  [
    'dovecot',
    2,
    [
      'Nov 20 10:00:01 mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<ann>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<abc>',
      'Nov 20 10:00:02 mx1 dovecot: pop3-login: Aborted login (auth failed, 3 attempts): user=<>, rip=192.0.2.8, lip=192.0.2.1',
      'Nov 20 10:00:03 mx1 dovecot: imap-login: Login: user=<ann>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=3, TLS',
    ],
  ],
  [
    'apache-auth',
    2,
    [
      '[Fri Nov 20 10:00:01.123456 2026] [auth_basic:error] [pid 101] [client 192.0.2.7:4711] AH01618: user eve not found: /private',
      '[Fri Nov 20 10:00:02.123456 2026] [auth_basic:error] [pid 102] [client 192.0.2.7:4712] AH01617: user ann: authentication failure for "/private": Password Mismatch',
      '[Fri Nov 20 10:00:03.123456 2026] [core:notice] [pid 1] AH00094: Command line: apache2',
    ],
  ],
  [
    'nginx-http-auth',
    2,
    [
      '2026/11/20 10:00:01 [error] 101#101: *1 user "eve": password mismatch, client: 192.0.2.7, server: web1, request: "GET / HTTP/1.1", host: "web1"',
      '2026/11/20 10:00:02 [error] 101#101: *2 user "eve" was not found in "/etc/nginx/.htpasswd", client: 192.0.2.7, server: web1, request: "GET / HTTP/1.1", host: "web1"',
      '2026/11/20 10:00:03 [error] 101#101: *3 open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.7, server: web1',
    ],
  ],
  [
    'vsftpd',
    1,
    [
      'Fri Nov 20 10:00:01 2026 [pid 101] [ann] FAIL LOGIN: Client "192.0.2.7"',
      'Fri Nov 20 10:00:02 2026 [pid 102] [ann] OK LOGIN: Client "192.0.2.7"',
    ],
  ],
  [
    'proftpd',
    2,
    [
      'Nov 20 10:00:01 ftp1 proftpd[101]: ftp1 (192.0.2.7[192.0.2.7]) - USER eve: no such user found from 192.0.2.7 [192.0.2.7] to 192.0.2.1:21',
      'Nov 20 10:00:02 ftp1 proftpd[102]: ftp1 (192.0.2.7[192.0.2.7]) - USER ann (Login failed): Incorrect password.',
      'Nov 20 10:00:03 ftp1 proftpd[103]: ftp1 (192.0.2.7[192.0.2.7]) - FTP session opened.',
    ],
  ],
  [
    'recidive',
    2,
    [
      '2026-11-20 10:00:01,123 fail2ban.actions        [101]: NOTICE  [sshd] Ban 192.0.2.7',
      '2026-11-20 10:00:02,123 fail2ban.actions        [101]: NOTICE  [recidive] Ban 192.0.2.7',
      '2026-11-20 10:00:03,123 fail2ban.actions        [101]: NOTICE  [postfix] Ban 2001:db8::7',
      '2026-11-20 10:00:04,123 fail2ban.actions        [101]: NOTICE  [sshd] Unban 192.0.2.7',
    ],
  ],
];

describe.skipIf(whyMissing !== undefined)(
  `fail2ban-regex and imported rules${whyMissing === undefined ? '' : `: ${whyMissing}`}`,
  () => {
    test.each(logs)('%s: %d lines', async (filter, failures, lines) => {
      const folder = mkdtempSync(join(tmpdir(), 'fail2ban-'));
      try {
        const log = join(folder, 'log');
        writeFileSync(log, `${lines.join('\n')}\n`);
        const native = await nativeFilter(importInstalled(filter).text);
        const own = lines.filter((line) => native(line) !== undefined);
        expect(own).toHaveLength(failures);
        expect(await countByFail2ban(log, filter)).toBe(failures);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
);
