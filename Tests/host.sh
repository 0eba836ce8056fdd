#!/bin/sh
# MASK on a host, from nothing: builds the package, boots a fresh Debian with systemd as its first process, and does in it what
# a sysadmin would do. Needs root, and a machine on which a container can boot.
#
#   sh Tests/host.sh              Debian 13; of Debian 12 install, units and upgrade, and its way to 13
#   sh Tests/host.sh PART…        parts are Tests/Host/*.sh, in the order below; MASK_DEBIAN=12 chooses the release
#
# The programs are built for each release in a Debian of that release. MASK_BIN names the folder of programs that are built
# already, for the release of this machine. MASK_HOST_FOLDER (/var/tmp/mask-host) keeps bases, builds and packages between two
# runs.

set -eu
cd "$(dirname "$0")/.."
root=$PWD

# Each of these parts stands on the ones before it: "install" comes first, "purge" last.
one_host="install certificate units memory database remote backup cron metrics downtime purge"
# These make their hosts by themselves: networks of their own in a second machine, at the same time.
more_hosts="hosts galera"
# Reboots its host: one of its own, at the same time, too.
rebooting="lamp"
# Of the older release: what differs with systemd, nginx and the libraries.
older="install units downtime purge"

# shellcheck disable=SC2086 # lists
if [ $# = 0 ] && [ -z "${MASK_DEBIAN:-}" ]; then
  MASK_LINT=1 MASK_DEBIAN=13 sh Tests/host.sh $one_host $more_hosts $rebooting
  MASK_DEBIAN=12 sh Tests/host.sh $older
  # With the package that was just built.
  MASK_PACKAGE=built MASK_DEBIAN=12 sh Tests/host.sh install release
  exit
fi

release=${MASK_DEBIAN:-13}
case $release in 13) suite=trixie ;; 12) suite=bookworm ;; *) echo "host: MASK_DEBIAN is 13 or 12." >&2; exit 1 ;; esac
folder=${MASK_HOST_FOLDER:-/var/tmp/mask-host}
base=$folder/base-$release
builder=$folder/build-$release
packages=$folder/packages-$release
machine=$folder/machine.$$

# What the parts install. It is fetched beforehand: the container has a network of its own that leads nowhere.
wanted="nginx cron man-db openssl mariadb-server mariadb-client mariadb-backup redis-server redis-tools librsvg2-bin certbot
  ca-certificates curl wrk logrotate galera-4 rsync socat python3 iptables prometheus fail2ban python3-prometheus-client
  redis-sentinel haproxy pebble apache2 libapache2-mod-php php-mysql"

say() { printf '%s\n' "$*"; }
skip() {
  printf '\n*** NOT TESTED: MASK on a host with systemd. %s ***\n\n' "$*" >&2
  # An error where everything has to be tested, as in CI.
  [ "${MASK_TEST_ALL:-}" != 1 ] || exit 1
  exit 0
}
fail() {
  printf 'host: %s\n' "$*" >&2
  exit 1
}

for part in "$@"; do [ "$part" = release ] || [ -e "Tests/Host/$part.sh" ] || fail "There is no part \"$part\" in Tests/Host."; done
[ "$(id -u)" = 0 ] || skip "It needs root."
for package in debootstrap systemd-container lintian shellcheck; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' $package 2>/dev/null)" = installed ] && continue
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap systemd-container lintian \
    shellcheck >/dev/null </dev/null
done

# The release of this machine.
here=$(. /etc/os-release && echo "$VERSION_ID")

# ---- a fresh Debian ------------------------------------------------------------------------------------------------

# inside FOLDER COMMAND…: in a Debian that is not booted.
inside() {
  chroot "$1" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -c 'shift; exec "$@"' sh "$@" </dev/null
}

make_base() {
  say "making a Debian $release in $base"
  # shellcheck disable=SC2016 # apt's own variable
  site=$(apt-get indextargets --format '$(SITE)' | grep -v security | sort | uniq -c | sort -rn | awk 'NR == 1 {print $2}')
  rm -rf --one-file-system "$base.new"
  mkdir -p "$folder"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,iproute2,netbase,procps $suite "$base.new" \
    "$site" >"$folder/debootstrap.log" 2>&1 || skip "debootstrap failed; see $folder/debootstrap.log."
  # The machine's own sources, where they are of this release, and how it reaches them.
  copied="/etc/apt/apt.conf.d /etc/apt/keyrings"
  [ "$release" != "$here" ] || copied="$copied /etc/apt/sources.list /etc/apt/sources.list.d"
  for path in $copied; do
    if [ -e "$path" ]; then cp -rL "$path" "$base.new/etc/apt/"; fi
  done
  # Nothing that throws fetched packages away.
  grep -l Post-Invoke "$base.new"/etc/apt/apt.conf.d/* | xargs -r rm
  if [ -e "$base.new/etc/apt/sources.list.d/debian.sources" ]; then : >"$base.new/etc/apt/sources.list"; fi
  cp -L /etc/resolv.conf "$base.new/etc/resolv.conf"
  inside "$base.new" apt-get update -qq
  # shellcheck disable=SC2086 # the list is meant to be split
  inside "$base.new" apt-get install -y -qq --download-only $wanted >/dev/null
  echo mask-host >"$base.new/etc/hostname"
  printf '127.0.0.1 localhost mask-host api.mask.test links.mask.test app.mask.test\n::1 localhost\n' >"$base.new/etc/hosts"
  mv "$base.new" "$base"
}

# Where the kernel's control groups are: of version 2, or beside version 1.
control_groups="/sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd"

# boot MACHINE COMMAND: runs a command as root in the booted machine, and ends with its status. What it says is in test/log.
boot() {
  printf '%s\n' "$2" >"$1/test/command"
  rm -f "$1/test/status"
  (
    # A control group for each machine. systemd-nspawn --keep-unit makes its machine's below the caller's, by one name: of two
    # machines at the same time one would remove the groups of the other's units.
    for groups in $control_groups; do
      [ -e "$groups/cgroup.procs" ] || continue
      mkdir -p "$groups/${1##*/}"
      echo 0 >"$groups/${1##*/}/cgroup.procs"
    done
    exec systemd-nspawn -q -D "$1" -b --register=no --keep-unit --console=pipe --private-network \
      --bind-ro="$root:/src/mask" --bind-ro="$packages:/packages" >"$1.boot.log" 2>&1 </dev/null
  ) || :
  return "$(cat "$1/test/status" 2>/dev/null || echo 99)"
}

# run_parts MACHINE PART…
run_parts() {
  place=$1
  shift
  boot "$place" "set -e; for part in $*; do echo \"\$part\"; sh Tests/Host/\$part.sh; done"
}

# run_rebooting MACHINE PART: a part that ends with 75 goes on after a reboot.
run_rebooting() {
  code=0
  run_parts "$1" "$2" || code=$?
  while [ $code = 75 ]; do
    code=0
    boot "$1" "sh Tests/Host/$2.sh" || code=$?
  done
  return $code
}

make_machine() {
  cp -a --reflink=auto "$base" "$1"
  mkdir -p "$1/test" "$1/src/mask" "$1/packages" "$1/etc/systemd/system/multi-user.target.wants"
  : >"$1/test/log"
  : >"$1/etc/machine-id"
  cat >"$1/etc/systemd/system/test.service" <<'U'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
StandardOutput=append:/test/log
StandardError=append:/test/log
Environment=HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
WorkingDirectory=/src/mask
ExecStart=/bin/sh -c 'sh /test/command; echo $? >/test/status; systemctl poweroff'
U
  ln -s ../test.service "$1/etc/systemd/system/multi-user.target.wants/test.service"
}

finish() {
  status=$?
  trap - EXIT
  [ -z "${tail:-}" ] || kill "$tail" 2>/dev/null || :
  # systemd-nspawn, which then shuts its machine down.
  for other in ${second:-} ${third:-}; do
    if nspawn=$(cat "/proc/$other/task/$other/children" 2>/dev/null); then
      # shellcheck disable=SC2086 # a list
      kill $nspawn || :
      wait "$other" || :
    fi
  done
  if [ $status != 0 ]; then
    for place in "$machine" "$machine.more" "$machine.lamp"; do
      [ -d "$place" ] || continue
      journalctl --no-pager -D "$place/var/log/journal" >"$folder/journal${place#"$machine"}.log" 2>/dev/null || :
      cp "$place/test/log" "$folder/failed${place#"$machine"}.log"
      say "$folder/journal${place#"$machine"}.log, before the machine was told to stop:"
      sed '/The system will power off now/q' "$folder/journal${place#"$machine"}.log" | tail -n 30
    done
  fi
  for groups in $control_groups; do
    find "$groups/${machine##*/}"* -depth -type d -exec rmdir {} + 2>/dev/null || :
  done
  rm -rf --one-file-system "$machine" "$machine.more" "$machine.lamp"
  rm -f "$machine.boot.log" "$machine.more.boot.log" "$machine.lamp.boot.log"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$packages"
[ -d "$base" ] || make_base
make_machine "$machine"
boot "$machine" true || { cp "$machine.boot.log" "$folder/boot.log"; skip "A container does not boot here; see $folder/boot.log."; }

# ---- the packages --------------------------------------------------------------------------------------------------

# The Swift toolchain of this machine, and a Debian of the release to build in.
make_builder() {
  say "making a Debian $release to build in, $builder"
  rm -rf --one-file-system "$builder.new"
  cp -a --reflink=auto "$base" "$builder.new"
  # What the toolchain itself needs.
  libcurl=libcurl4
  [ "$release" = 12 ] || libcurl=libcurl4t64
  inside "$builder.new" apt-get install -y -qq --no-install-recommends git $libcurl libxml2 libncurses6 libedit2 libsqlite3-0 >/dev/null
  mkdir -p "$builder.new/src/mask"
  mv "$builder.new" "$builder"
}

# The sources as they are here, with this checkout's copies of the packages that they use. They are built anew: SwiftPM takes some
# modules for current that are not, when the layout of a type in another has changed.
copy_sources() {
  rm -rf "$builder/src/mask"
  mkdir -p "$builder/src/mask"
  tar -C "$root" --exclude=./.build --exclude=./.git --exclude=./.run -cf - . | tar -C "$builder/src/mask" -xf -
  mkdir -p "$builder/src/mask/.build"
  for part in checkouts repositories workspace-state.json; do
    [ ! -e "$root/.build/$part" ] || cp -a "$root/.build/$part" "$builder/src/mask/.build/"
  done
  for file in /etc/resolv.conf /etc/gitconfig /etc/ssl/certs/ca-certificates.crt; do
    [ ! -e $file ] || cp -L $file "$builder$file"
  done
}

# Builds the package on the release that it is for, and prints its path.
build_package() {
  swift_home=$(dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")")
  [ -d "$builder" ] || make_builder >&2
  copy_sources
  systemd-nspawn -q -D "$builder" --register=no --keep-unit --console=pipe --bind-ro="$swift_home" --bind="$packages:/packages" \
    --setenv=HOME=/root --setenv=LC_ALL=C.UTF-8 --setenv="PATH=$swift_home/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    --chdir=/src/mask sh systemd/package.sh --output /packages </dev/null >"$folder/build-$release.log" 2>&1 ||
    { tail -n 20 "$folder/build-$release.log" >&2; return 1; }
  find "$packages" -name 'mask_*_amd64.deb'
}

[ "${MASK_PACKAGE:-}" = built ] || rm -f "$packages/"*.deb
if [ "${MASK_PACKAGE:-}" = built ]; then
  package=$(find "$packages" -name 'mask_*_amd64.deb' ! -name '*+next*')
elif [ -n "${MASK_BIN:-}" ] && [ "$release" = "$here" ]; then
  package=$(sh systemd/package.sh --output "$packages")
else
  package=$(build_package)
fi
[ "$(stat -c %s "$package")" -le 26214400 ] || fail "$package is larger than 25 MiB."
lint() {
  lintian --no-tag-display-limit --fail-on error "$package" >"$folder/lintian.log" 2>&1 || { cat "$folder/lintian.log"; exit 1; }
  shellcheck -x systemd/*.sh systemd/debian/p* Tests/*.sh Tests/Host/*.sh Tests/Bench/*.sh
  say "  ok   lintian and shellcheck find no error"
}
say "  ok   $(basename "$package") has $(stat -c %s "$package" | awk '{printf "%.1f", $1 / 1048576}') MiB"

# What it depends on is fetched as well, and the mail server that the part "cron" installs: a base that was made before has none.
cp "$package" "$machine/root/mask.deb"
inside "$machine" apt-get install -y -qq --download-only --no-install-recommends exim4-daemon-light >/dev/null
inside "$machine" apt-get install -y -qq --download-only /root/mask.deb >/dev/null

# The next release: the same programs, and a migration more.
(
  next=$folder/next
  rm -rf "$next"
  dpkg-deb -R "$package" "$next"
  sed -i 's/^Version: .*/&+next/' "$next/DEBIAN/control"
  printf '%s\n' '-- A column that only the next release knows.' 'ALTER TABLE workspaces ADD COLUMN note VARCHAR(20) NULL;' \
    >"$next/usr/share/mask/migrations/9999_next.sql"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$next" "${package%_amd64.deb}+next_amd64.deb" >/dev/null
  rm -rf "$next"
)

# ---- the parts -----------------------------------------------------------------------------------------------------

if [ "${MASK_LINT:-}" = 1 ] || [ $# = 0 ]; then lint; fi
# shellcheck disable=SC2086 # lists
[ $# != 0 ] || set -- $one_host $more_hosts $rebooting
first='' apart='' lamp='' upgrades=''
for part in "$@"; do
  case $part in
    lamp) lamp=1 ;;
    release)
      [ "$release" = 12 ] || fail "The part \"release\" begins on Debian 12: MASK_DEBIAN=12."
      upgrades=yes ;;
    hosts | galera) apart="$apart $part" ;;
    *) first="$first $part" ;;
  esac
done

# more_machine NAME: one that has what the first has fetched.
more_machine() {
  make_machine "$machine.$1"
  cp "$machine/root/mask.deb" "$machine.$1/root/"
  cp -n "$machine/var/cache/apt/archives/"*.deb "$machine.$1/var/cache/apt/archives/"
}

if [ -n "$lamp" ]; then
  more_machine lamp
  run_rebooting "$machine.lamp" lamp &
  third=$!
fi

if [ -n "$apart" ]; then
  more_machine more
  # shellcheck disable=SC2086 # a list
  run_parts "$machine.more" $apart &
  second=$!
fi
if [ -n "$first" ]; then
  tail -f "$machine/test/log" & tail=$!
  # shellcheck disable=SC2086 # a list
  run_parts "$machine" $first
  sleep 0.3
  kill "$tail"
fi

# ---- Debian 12 becomes 13 --------------------------------------------------------------------------------------------

# Fetches what the upgrade takes: the container's network leads nowhere.
fetch_upgrade() {
  say "fetching Debian 13 for the upgrade"
  newer=$folder/packages-13
  [ -n "$(find "$newer" -name 'mask_*_amd64.deb' ! -name '*+next*' 2>/dev/null)" ] || fail "There is no package for 13: MASK_DEBIAN=13 sh Tests/host.sh install"
  rm -f "$machine/etc/apt/sources.list.d/"*
  cp "$folder/base-13/etc/apt/sources.list" "$machine/etc/apt/sources.list"
  cp "$(find "$newer" -name 'mask_*_amd64.deb' ! -name '*+next*')" "$machine/root/mask-13.deb"
  inside "$machine" apt-get update -qq
  inside "$machine" apt-get full-upgrade -y -qq --download-only >/dev/null
  # What MASK's own package takes beside.
  inside "$machine" apt-get install -y -qq --download-only /root/mask-13.deb >/dev/null
}

if [ -n "$upgrades" ]; then
  fetch_upgrade
  for step in release-upgrade release-after; do
    code=0
    run_parts "$machine" $step || code=$?
    cat "$machine/test/log"
    : >"$machine/test/log"
    [ $code = 0 ] || exit $code
  done
fi
# ended PROCESS MACHINE: waits for parts that run at the same time, and says what they said.
ended() {
  code=0
  wait "$1" || code=$?
  cat "$2/test/log"
  [ $code = 0 ] || exit $code
}
if [ -n "$apart" ]; then ended "$second" "$machine.more"; fi
if [ -n "$lamp" ]; then ended "$third" "$machine.lamp"; fi
say "MASK runs on Debian $release: $* passed."
