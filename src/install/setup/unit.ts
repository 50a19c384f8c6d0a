import { systemUser } from '../accounts.ts';
import type { Installed } from './program.ts';

/**
 * A hardened unit (systemd.service(5), systemd.exec(5)), for systemd 247 or newer; older ones leave out
 * what they do not know, with a warning.
 */
export const unitText = ({ command, config, state, logs }: Installed): string => `[Unit]
Description=Bird Sentinel, tells a human what logs say
Documentation=man:bird-sentinel(1) man:bird-sentinel.yaml(5)
Wants=network-online.target
After=network-online.target nss-lookup.target time-sync.target
StartLimitIntervalSec=10min
StartLimitBurst=20

[Service]
# Ready is said when the sources are open. The watchdog is fed by an input that went the whole way into the
# ledger, so a program that hangs is started anew. systemd-notify says both, a process of its own: all.
Type=notify
NotifyAccess=all
WatchdogSec=3min
TimeoutStartSec=10min
TimeoutStopSec=45s
ExecStart=${command.map(word).join(' ')} run
# Answers with the mistakes when the configuration is refused; the old one stays in force.
ExecReload=${command.map(word).join(' ')} reload
Restart=on-failure
RestartSec=5s
# Another start mends neither a wrong configuration nor a wrong command line.
RestartPreventExitStatus=2 78
# The program ends what it started in good order.
KillMode=mixed
OOMScoreAdjust=-500

User=${systemUser}
Group=${systemUser}
# Who may read the logs: adm those of syslog, systemd-journal the journal.
SupplementaryGroups=adm systemd-journal
Environment=BIRD_SENTINEL_CONFIG=${word(config)} BIRD_SENTINEL_STATE=${word(state)}
# Room for HTTPS_PROXY and the like; mode 0640 or narrower.
EnvironmentFile=-/etc/default/bird-sentinel
${directory('StateDirectory', state, '/var/lib/', '0700')}${directory('LogsDirectory', logs, '/var/log/', '0750')}UMask=0077
# What channels of the kind "screen" show. Not the journal: who watches that would be told of being told.
StandardOutput=append:${logs}/screen.log
StandardError=journal
# Secrets that only root may read reach the program as files of $CREDENTIALS_DIRECTORY. A drop-in
# (systemctl edit bird-sentinel) with
#   LoadCredential=mail.pw:${config}/secrets/mail.pw
# makes this the password of a channel:
#   password-file: /run/credentials/bird-sentinel.service/mail.pw

# Nothing may be written but the directories above. What channels and rules write elsewhere needs a
# drop-in: ReadWritePaths=/var/lib/nagios4/rw
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
# Not MemoryDenyWriteExecute: V8 writes machine code.

[Install]
WantedBy=multi-user.target
`;

/** systemd makes a directory, and hands it over, only below its own place for that kind. */
function directory(key: string, path: string, below: string, mode: string): string {
  const name = path.startsWith(below) ? path.slice(below.length) : undefined;
  return name === undefined ? `ReadWritePaths=${word(path)}\n` : `${key}=${word(name)}\n${key}Mode=${mode}\n`;
}

/** A word of a unit's command line: `%` and `$` mean something there, and so do blanks and quotes. */
function word(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /[\s"';]/.test(text) ? `"${escaped.replaceAll('"', '\\"')}"` : escaped;
}

/** sysusers.d(5): the user, its group and whose logs it may read. */
export const sysusersText = (state: string): string => `u ${systemUser} - "Bird Sentinel" ${state}
m ${systemUser} adm
m ${systemUser} systemd-journal
`;

/** tmpfiles.d(5): the directories. */
export const tmpfilesText = ({
  config,
  state,
  logs,
}: Installed): string => `d ${config} 0750 root ${systemUser}
d ${config}/conf.d 0750 root ${systemUser}
d ${config}/secrets 0700 root root
d ${state} 0700 ${systemUser} ${systemUser}
d ${logs} 0750 ${systemUser} ${systemUser}
`;

/** logrotate(8): what the service writes beside the journal. */
export const logrotateText = (logs: string): string => `${logs}/*.log {
  su ${systemUser} ${systemUser}
  weekly
  rotate 8
  compress
  delaycompress
  missingok
  notifempty
  copytruncate
}
`;
