#!/bin/bash
# A throw-away machine: this one, seen through an overlay that forgets what is written, with processes, a
# network, control groups and a host name of its own. The project is at /opt/bird-sentinel, not to be written.
# Becomes the first process.
#   unshare --mount --pid --fork --net --ipc --uts --kill-child tests/peers/machine.sh systemd|plain PROJECT
# The second call of itself, within control groups of its own, does the rest.
set -euo pipefail
kind=$1 project=$2

if [ "${3-}" != inside ]; then
  if [ "$kind" = systemd ]; then
    # systemd makes groups below its own: nothing of it may be left among those of the host.
    for tree in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
      [ -e "$tree/cgroup.procs" ] || continue
      mkdir -p "$tree/$THROWAWAY"
      echo $$ >"$tree/$THROWAWAY/cgroup.procs"
    done
  fi
  exec unshare --cgroup "$0" "$kind" "$project" inside
fi

mount --make-rprivate /
spare=$(mktemp -d)
mount -t tmpfs none "$spare"
mkdir "$spare/upper" "$spare/work" "$spare/root"
root=$spare/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$spare/upper,workdir=$spare/work" "$root"
mkdir -p "$root/opt/bird-sentinel"
mount --bind "$project" "$root/opt/bird-sentinel"
mount -o remount,bind,ro "$root/opt/bird-sentinel"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
# systemd makes links among the devices, such as /dev/log: none of them may reach the host.
mkdir "$spare/dev-upper" "$spare/dev-work"
mount -t overlay overlay -o "lowerdir=/dev,upperdir=$spare/dev-upper,workdir=$spare/dev-work" "$root/dev"
for tree in pts shm mqueue; do [ ! -d "/dev/$tree" ] || mount --rbind "/dev/$tree" "$root/dev/$tree"; done
mount -t tmpfs -o mode=755 none "$root/run"
mount -t tmpfs -o mode=1777 none "$root/tmp"
# What the host has of the program is not the machine's.
rm -rf "$root"/{etc,var/lib,var/log}/bird-sentinel
rm -rf "$root/var/log/journal" "$root/etc/machine-id" "$root"/etc/systemd/system/*.wants
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
hostname throwaway
echo throwaway >"$root/etc/hostname"
clean=(env -i "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")

if [ "$kind" = plain ]; then
  exec chroot "$root" "${clean[@]}" sh -c 'while sleep 1000; do :; done'
fi

if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  mount -t cgroup2 none "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 none "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd"
  mount -t cgroup2 none "$root/sys/fs/cgroup/unified"
  mount -t cgroup -o none,name=systemd none "$root/sys/fs/cgroup/systemd"
fi
# Only the journal: what else is installed on the host stays out of it.
cat >"$root/etc/systemd/system/throwaway.target" <<'X'
[Unit]
Wants=systemd-journald.service
After=systemd-journald.service
X
exec chroot "$root" "${clean[@]}" container=other /lib/systemd/systemd --unit=throwaway.target --log-target=null
