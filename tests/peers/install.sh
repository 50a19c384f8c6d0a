#!/bin/bash
# Installs the real programs that the tests talk to, where this is Debian, we are root and the archive
# answers. What stays missing is not an error here: each test names the peer it had to skip.
set -u
packages=(openssh-server openssh-client rsyslog logrotate python3-oauthlib tinyproxy squid openssl rsyslog-openssl python3-aiosmtpd nagios4-core nsca nsca-client sec swatch fail2ban xz-utils zstd bzip2 prometheus python3-prometheus-client python3-pyte)
# What sources read: a journal without systemd, rsyslog and traps as senders.
packages+=(systemd-journal-remote rsyslog-gnutls snmp snmptrapd)
# What sends SMS, and what shows things on this machine.
packages+=(gammu-smsd python3-gammu smstools kannel kannel-extras apprise libnotify-bin dbus python3-dbus python3-gi)
# Shells that complete, formatters of pages, and what makes and judges units and packages.
packages+=(zsh fish mandoc man-db groff-base systemd lintian util-linux)
# Monitoring and buses of messages.
packages+=(nsca-ng-server icinga2-bin icinga2-common prometheus-alertmanager snmptrapd mosquitto mosquitto-clients nats-server prosody ngircd)
# Disks, clocks, file systems and networks that fail.
packages+=(strace faketime sshfs e2fsprogs iptables iproute2)
# A second mail server would take the first one away.
[ -e /usr/sbin/sendmail ] || packages+=(exim4-daemon-light)
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "tests: not installed, and not root with apt to install them: ${missing[*]}" >&2
  exit 0
fi
# Nothing that is installed here may start a service.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/bird-sentinel-peers.log 2>&1 ||
  echo "tests: could not install all of: ${missing[*]} (see /tmp/bird-sentinel-peers.log)" >&2
exit 0
