/** What `init` may ask a machine. */
export interface Machine {
  /** Whether a file or folder is there, readable or not. */
  readonly isThere: (path: string) => boolean;
  readonly canRead: (path: string) => boolean;
  /** Whether the names of kinds of sources hold this one. */
  readonly hasSource: (kind: string) => boolean;
}

/** A log that could be watched, in the words of a configuration. */
export interface FoundLog {
  /** The source's name. */
  readonly name: string;
  readonly source: 'file' | 'journal';
  /** A path or glob; of the journal, the folder it lies in. */
  readonly path: string;
  readonly isReadable: boolean;
}

/** What a machine has that can be watched, and the shipped rules that fit. */
export interface Survey {
  readonly logs: readonly FoundLog[];
  readonly packs: readonly string[];
}

/** Looks around; changes nothing. */
export const survey = (machine: Machine): Survey => ({ logs: logsOf(machine), packs: packsOf(machine) });

interface KnownLog {
  readonly name: string;
  /** What shows that it is there; the first one counts. */
  readonly places: readonly string[];
  /** What to watch of a folder. */
  readonly inside?: string;
  /** Where one of these is watched, it holds the same lines. */
  readonly heldBy?: readonly string[];
}

/** Where Debian, Red Hat, SUSE and their kin write what the shipped rules look for. */
const knownLogs: readonly KnownLog[] = [
  { name: 'auth', places: ['/var/log/auth.log', '/var/log/secure'] },
  { name: 'syslog', places: ['/var/log/syslog', '/var/log/messages'] },
  { name: 'kern', places: ['/var/log/kern.log'], heldBy: ['syslog'] },
  { name: 'mail', places: ['/var/log/maillog'] },
  { name: 'apache', places: ['/var/log/apache2/error.log', '/var/log/httpd/error_log'] },
  { name: 'nginx', places: ['/var/log/nginx/error.log'] },
  { name: 'mysql', places: ['/var/log/mysql/error.log', '/var/log/mariadb/mariadb.log'] },
  { name: 'postgresql', places: ['/var/log/postgresql'], inside: '*.log' },
  { name: 'exim', places: ['/var/log/exim4/mainlog', '/var/log/exim/main.log'] },
  { name: 'fail2ban', places: ['/var/log/fail2ban.log'] },
  { name: 'vsftpd', places: ['/var/log/vsftpd.log'] },
  { name: 'proftpd', places: ['/var/log/proftpd/proftpd.log'] },
  { name: 'openvpn', places: ['/var/log/openvpn/openvpn.log'] },
  { name: 'suricata', places: ['/var/log/suricata/fast.log'] },
  { name: 'snort', places: ['/var/log/snort/alert'] },
  { name: 'apcupsd', places: ['/var/log/apcupsd.events'] },
];

/** Where the journal of systemd lies, kept or not. */
const journalPlaces = ['/var/log/journal', '/run/log/journal'];

function logsOf(machine: Machine): readonly FoundLog[] {
  const files = knownLogs.flatMap((log): readonly FoundLog[] => {
    const place = log.places.find(machine.isThere);
    if (place === undefined) return [];
    const path = log.inside === undefined ? place : `${place}/${log.inside}`;
    return [{ name: log.name, source: 'file', path, isReadable: machine.canRead(place) }];
  });
  const names = new Set(files.map(({ name }) => name));
  const kept = files.filter(({ name }) => {
    const heldBy = knownLogs.find((log) => log.name === name)?.heldBy ?? [];
    return !heldBy.some((other) => names.has(other));
  });
  const journal = journalPlaces.find(machine.isThere);
  const hasOwn = names.has('auth') || journal === undefined || !machine.hasSource('journal');
  if (hasOwn) return kept;
  // Without files of syslog the journal has it all; what services write by themselves is not in it.
  const own = kept.filter(({ name }) => !['syslog', 'kern'].includes(name));
  return [
    { name: 'journal', source: 'journal', path: journal, isReadable: machine.canRead(journal) },
    ...own,
  ];
}

/** What shows that a pack's program is there; none: every machine has it. */
const evidence: { readonly [pack: string]: readonly string[] } = {
  'bird-alert': [],
  kernel: [],
  login: [],
  pam: [],
  su: [],
  apache: ['/usr/sbin/apache2', '/usr/sbin/httpd', '/var/log/apache2', '/var/log/httpd'],
  apcupsd: ['/sbin/apcupsd', '/usr/sbin/apcupsd'],
  cron: ['/etc/crontab', '/usr/sbin/cron', '/usr/sbin/crond'],
  docker: ['/usr/bin/dockerd', '/usr/bin/containerd'],
  dovecot: ['/usr/sbin/dovecot'],
  exim: ['/usr/sbin/exim4', '/usr/sbin/exim'],
  fail2ban: ['/usr/bin/fail2ban-server'],
  firewall: ['/etc/nftables.conf', '/etc/ufw', '/usr/sbin/firewalld', '/etc/iptables'],
  mdadm: ['/sbin/mdadm', '/usr/sbin/mdadm'],
  mysql: ['/usr/sbin/mysqld', '/usr/sbin/mariadbd', '/usr/libexec/mysqld'],
  named: ['/usr/sbin/named'],
  nginx: ['/usr/sbin/nginx'],
  openvpn: ['/usr/sbin/openvpn'],
  postfix: ['/usr/sbin/postfix'],
  postgresql: ['/usr/lib/postgresql', '/usr/bin/postgres'],
  proftpd: ['/usr/sbin/proftpd'],
  smartd: ['/usr/sbin/smartd'],
  snort: ['/usr/sbin/snort', '/usr/bin/snort'],
  spoofing: ['/usr/sbin/arpwatch'],
  sshd: ['/usr/sbin/sshd'],
  sudo: ['/usr/bin/sudo'],
  suricata: ['/usr/bin/suricata'],
  systemd: ['/run/systemd/system'],
  vsftpd: ['/usr/sbin/vsftpd'],
  wireguard: ['/usr/bin/wg'],
};

/** The packs that `survey` knows when to propose. */
export const knownPacks: readonly string[] = Object.keys(evidence);

const packsOf = (machine: Machine): readonly string[] =>
  Object.entries(evidence)
    .filter(([, places]) => places.length === 0 || places.some(machine.isThere))
    .map(([pack]) => pack)
    .toSorted();
