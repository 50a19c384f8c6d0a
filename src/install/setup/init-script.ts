import { systemUser } from '../accounts.ts';
import type { Installed } from './program.ts';

/** An LSB script for machines without systemd; it needs Debian's start-stop-daemon. */
export const initScriptText = ({ command, config, state, logs }: Installed): string => `#!/bin/sh
### BEGIN INIT INFO
# Provides:          bird-sentinel
# Required-Start:    $remote_fs $time
# Required-Stop:     $remote_fs
# Should-Start:      $syslog $network $named
# Should-Stop:       $syslog $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Bird Sentinel, tells a human what logs say
# Description:       Watches logs as they are written and sends alerts.
### END INIT INFO

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
NAME=bird-sentinel
PIDFILE=/run/$NAME.pid
LOG=${quoted(`${logs}/daemon.log`)}
BIRD_SENTINEL_CONFIG=${quoted(config)}
BIRD_SENTINEL_STATE=${quoted(state)}
[ -r /etc/default/$NAME ] && set -a && . /etc/default/$NAME && set +a
export BIRD_SENTINEL_CONFIG BIRD_SENTINEL_STATE
[ -r /lib/lsb/init-functions ] && . /lib/lsb/init-functions

sentinel() {
  ${command.map(quoted).join(' ')} "$@"
}

# As the service: what it must be able to read, and what must be its own, is not root's to judge.
check_as_service() {
  start-stop-daemon --start --quiet --pidfile "$PIDFILE" --chuid ${systemUser}:${systemUser} --chdir / \\
    --startas ${command.slice(0, 1).map(quoted).join('')} -- ${[...command.slice(1).map(quoted), '--quiet', 'check'].join(' ')}
}

is_running() {
  start-stop-daemon --status --pidfile "$PIDFILE" --user ${systemUser}
}

start() {
  is_running && return 0
  # A wrong configuration is said here, where somebody looks.
  check_as_service || return 1
  # Its exec keeps the process that the pid file names.
  start-stop-daemon --start --quiet --background --make-pidfile --pidfile "$PIDFILE" \\
    --chuid ${systemUser}:${systemUser} --umask 077 --chdir / --startas /bin/sh -- \\
    -c 'log=$1; shift; exec "$@" </dev/null >>"$log" 2>&1' sh "$LOG" \\
    ${command.map(quoted).join(' ')} run
}

stop() {
  start-stop-daemon --stop --quiet --oknodo --retry=TERM/40/KILL/5 --remove-pidfile \\
    --pidfile "$PIDFILE" --user ${systemUser}
}

case "$1" in
  start) start ;;
  stop) stop ;;
  restart | force-reload) stop && start ;;
  reload) sentinel reload ;;
  status) if is_running; then echo "$NAME runs"; else echo "$NAME does not run"; exit 3; fi ;;
  *)
    echo "usage: $0 {start|stop|restart|reload|force-reload|status}" >&2
    exit 2
    ;;
esac
`;

/** A word of the shell. */
const quoted = (text: string): string =>
  /^[A-Za-z0-9_./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
