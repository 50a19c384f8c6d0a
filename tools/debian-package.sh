#!/bin/bash
# Makes a Debian package of this checkout, which must be built (npm ci && npm run build):
#   tools/debian-package.sh [--with-node] [DIRECTORY]
# Prints the path of the package; DEBFULLNAME and DEBEMAIL name its maintainer. It depends on nodejs >= 20.19: Debian 13 has one, Debian 12 takes it from
# NodeSource. --with-node puts the Node that runs this script into the package instead, whose security
# updates are then the business of whoever made the package. The same checkout gives the same bytes.
set -euo pipefail
with_node=no
if [ "${1-}" = --with-node ]; then
  with_node=yes
  shift
fi
mkdir -p "${1:-.}"
out=$(cd "${1:-.}" && pwd)
cd "$(dirname "$0")/.."
[ -e dist/cli/main.js ] || {
  echo "tools/debian-package.sh: it is not built; npm ci && npm run build" >&2
  exit 1
}
for tool in dpkg-deb node npm gzip; do
  command -v "$tool" >/dev/null || {
    echo "tools/debian-package.sh: $tool is missing" >&2
    exit 69
  }
done
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

name=bird-sentinel
version=$(node -p "require('./package.json').version")
maintainer="${DEBFULLNAME:-The Bird Sentinel authors} <${DEBEMAIL:-root@$(hostname -f 2>/dev/null || hostname)}>"
architecture=$(dpkg --print-architecture)
case $architecture in
  amd64) prebuild=linux-x64 ;;
  arm64) prebuild=linux-arm64 ;;
  *)
    echo "tools/debian-package.sh: there is no SQLite for $architecture" >&2
    exit 69
    ;;
esac

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
lib=$stage/usr/lib/$name
doc=$stage/usr/share/doc/$name
mkdir -p "$lib" "$doc" "$stage/usr/bin" "$stage/DEBIAN"

# The program, and of its packages what runs on this machine.
cp -r dist packs schema examples package.json "$lib/"
modules=$(npm ls --omit=dev --all --parseable | sed -n "s|^$PWD/||p" | sort)
for module in $modules; do
  mkdir -p "$lib/$module"
  tar -C "$module" --exclude=./node_modules --exclude=./test --exclude=./tests --exclude=./docs \
    --exclude=./benchmarks --exclude=./examples --exclude=./scripts --exclude=./.github -cf - . | tar -C "$lib/$module" -xf -
done
sqlite=$lib/node_modules/@photostructure/sqlite
find "$sqlite/prebuilds" -mindepth 1 -maxdepth 1 ! -name "$prebuild" -exec rm -r {} +
rm -rf "$sqlite/src" "$sqlite/binding.gyp" "$sqlite/prebuilds/$prebuild/"*musl* "$lib/node_modules/zod/src" \
  "$lib/node_modules/node-addon-api"
(cd "$lib" && find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \
  -o -name '*.html' -o -name '*.sh' -o -name 'bin.*js' -o -path '*/.*' -o -iname 'license*' -o -iname 'contributing*' -o -name '*.gypi' \) -delete)
find "$lib" -depth -type d -empty -delete
find "$lib" -type f -exec chmod 644 {} +
sed -i '1{/^#!/d}' "$lib/dist/cli/main.js"
strip --strip-unneeded "$sqlite/prebuilds/$prebuild/"*.node 2>/dev/null || true
# What modules bring for developers.
rm -f "$lib/node_modules/node-gyp-build/"{optional,build-test}.js
find "$lib/node_modules" -type d -name bin -prune -exec rm -r {} +

node=node
if [ "$with_node" = yes ]; then
  node=/usr/lib/$name/node
  install -m 755 "$(readlink -f "$(command -v node)")" "$stage$node"
  strip --strip-unneeded "$stage$node"
fi
cat >"$stage/usr/bin/$name" <<X
#!/bin/sh
exec $node /usr/lib/$name/dist/cli/main.js "\$@"
X
chmod 755 "$stage/usr/bin/$name"

# Unit, script, pages and completions, made by the program itself.
node dist/cli/main.js --quiet setup --package --root "$stage" --program "/usr/bin/$name"
find "$stage/usr/share/man" -type f -exec gzip -9n {} +

cp README.md "$doc/"
gzip -9n "$doc/README.md"
printf '%s (%s) unstable; urgency=medium\n\n  * Made from a checkout of the sources.\n\n -- %s  %s\n' \
  "$name" "$version" "$maintainer" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
license_text() {
  if grep -q 'Apache License' "$1"; then
    echo ' The text is in /usr/share/common-licenses/Apache-2.0.'
  else
    sed 's/\r$//; s/^[[:space:]]*$/./; s/^/ /' "$1"
  fi
}
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Bird Sentinel\nSource: the checkout that this package was made from\n\n'
  printf 'Files: *\nCopyright: %s\nLicense: MIT\n%s\n' \
    "$(sed -n 's/^Copyright (c) //p' LICENSE)" "$(sed '1,/^Copyright/d; /^$/d; s/^/ /' LICENSE)"
  for module in $modules; do
    license=$(find "$module" -maxdepth 1 -iname 'license*' | head -n 1)
    [ -n "$license" ] || continue
    holder=$(grep -m 1 -i '^ *copyright (c)' "$license" | sed 's/^ *[Cc]opyright *//' || true)
    printf '\nFiles: usr/lib/%s/%s/*\nCopyright: %s\nLicense: %s-of-%s\n%s\n' "$name" "$module" \
      "${holder:-its authors}" "$(node -p "require('./$module/package.json').license")" \
      "$(basename "$module")" "$(license_text "$license")"
  done
} >"$doc/copyright"

depends='adduser, libc6, libstdc++6'
[ "$with_node" = yes ] || depends="$depends, nodejs (>= 20.19)"
cat >"$stage/DEBIAN/control" <<X
Package: $name
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Section: admin
Priority: optional
Depends: $depends
Recommends: perl
Suggests: rsyslog, logrotate
Description: tells a human in private what logs say
 Watches logs as they are written, correlates lines by rules, and tells within
 a second by X direct message or post, mail, Nagios, syslog, webhook, command,
 file or screen. Keeps all that it decided in a ledger: a line gives its alert
 exactly once, and what could not be sent waits. Runs the rule files of SEC and
 swatch as they are.
Installed-Size: $(du -sk --exclude=DEBIAN "$stage" | cut -f1)
X
printf '/etc/init.d/%s\n/etc/logrotate.d/%s\n' "$name" "$name" >"$stage/DEBIAN/conffiles"

cat >"$stage/DEBIAN/postinst" <<'X'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  user=bird-sentinel
  if ! getent passwd $user >/dev/null; then
    adduser --system --group --quiet --home /var/lib/$user --no-create-home --gecos 'Bird Sentinel' $user
  fi
  # Whose logs it may read.
  for group in adm systemd-journal; do
    if getent group $group >/dev/null; then adduser --quiet $user $group; fi
  done
  if [ ! -e /etc/$user ]; then install -d -m 750 -o root -g $user /etc/$user /etc/$user/conf.d; fi
  if [ ! -e /etc/$user/secrets ]; then install -d -m 700 -o root -g root /etc/$user/secrets; fi
  install -d -m 700 -o $user -g $user /var/lib/$user
  install -d -m 750 -o $user -g $user /var/log/$user
fi
if [ "$1" = configure ] || [ "$1" = abort-upgrade ] || [ "$1" = abort-deconfigure ] || [ "$1" = abort-remove ]; then
  # Without a configuration there is nothing to start; bird-sentinel init makes one.
  has_configuration=no
  for file in /etc/bird-sentinel/*.yaml; do if [ -e "$file" ]; then has_configuration=yes; fi; done
  if command -v deb-systemd-helper >/dev/null; then
    deb-systemd-helper unmask bird-sentinel.service >/dev/null || true
    if deb-systemd-helper --quiet was-enabled bird-sentinel.service; then
      deb-systemd-helper enable bird-sentinel.service >/dev/null || true
    else
      deb-systemd-helper update-state bird-sentinel.service >/dev/null || true
    fi
  fi
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    if [ $has_configuration = yes ]; then deb-systemd-invoke restart bird-sentinel.service >/dev/null || true; fi
  elif [ -x /etc/init.d/bird-sentinel ]; then
    update-rc.d bird-sentinel defaults >/dev/null
    if [ $has_configuration = yes ]; then invoke-rc.d bird-sentinel restart || true; fi
  fi
fi
X
cat >"$stage/DEBIAN/prerm" <<'X'
#!/bin/sh
set -e
if [ "$1" = remove ]; then
  if [ -d /run/systemd/system ]; then
    deb-systemd-invoke stop bird-sentinel.service >/dev/null || true
  elif [ -x /etc/init.d/bird-sentinel ]; then
    invoke-rc.d bird-sentinel stop || true
  fi
fi
X
cat >"$stage/DEBIAN/postrm" <<'X'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl --system daemon-reload >/dev/null || true; fi
if [ "$1" = remove ] && command -v deb-systemd-helper >/dev/null; then
  deb-systemd-helper mask bird-sentinel.service >/dev/null || true
fi
if [ "$1" = purge ]; then
  if command -v deb-systemd-helper >/dev/null; then
    deb-systemd-helper purge bird-sentinel.service >/dev/null || true
    deb-systemd-helper unmask bird-sentinel.service >/dev/null || true
  fi
  update-rc.d bird-sentinel remove >/dev/null || true
  # The user stays, for files elsewhere may be its own.
  rm -rf /etc/bird-sentinel /var/lib/bird-sentinel /var/log/bird-sentinel
fi
X
chmod 755 "$stage"/DEBIAN/{postinst,prerm,postrm}

# What lintian may say of it, and why that is meant.
mkdir -p "$stage/usr/share/lintian/overrides"
cat >"$stage/usr/share/lintian/overrides/$name" <<X
# Versions that were tested together; Debian has few of these modules, and others.
$name: embedded-javascript-library *
X
[ "$with_node" = no ] || cat >>"$stage/usr/share/lintian/overrides/$name" <<X
# Node as its makers built it.
$name: embedded-library *
$name: hardening-no-pie *
X
(cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$stage" -type d -exec chmod 755 {} +
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package=$out/${name}_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$stage" "$package" >/dev/null
echo "$package"
