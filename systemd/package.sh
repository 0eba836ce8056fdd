#!/bin/sh
# Builds the Debian package of this checkout: mask_VERSION+debN_amd64.deb, for the release of Debian on which it is built:
# the libraries of another have other names.
#
#   sh systemd/package.sh [--output DIR] [--version VERSION]
#
# The programs are built as for the quick start; MASK_BIN names a folder where they are already. The target needs nothing of
# Swift: what they use of it is in them. Prints the path of the package.

set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

fail() {
  printf 'package: %s\n' "$*" >&2
  exit 1
}

output=$PWD
version=$(sed -n 's/.*static let version = "\(.*\)"/\1/p' "$root/Sources/Bootstrap/Release.swift")
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || fail "$1 needs a value."
  case $1 in
    --output) output=$2 ;;
    --version) version=$2 ;;
    *) fail "There is no option \"$1\": --output DIR, --version VERSION." ;;
  esac
  shift 2
done
[ -n "$version" ] || fail "Sources/Bootstrap/Release.swift names no version."
# A release's package is newer than that of the release before: a host that is upgraded takes it.
release=$(. /etc/os-release && echo "${ID:-}${VERSION_ID:-}")
case $release in debian12 | debian13) version=$version+deb${release#debian} ;; *) fail "A package is built on Debian 13 or 12." ;; esac
mkdir -p "$output"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
for package in patchelf dpkg-dev binutils; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' $package 2>/dev/null)" = installed ] && continue
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends patchelf dpkg-dev binutils >&2 </dev/null
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/mask
library=$tree/usr/lib/mask
share=$tree/usr/share

# ---- programs ------------------------------------------------------------------------------------------------------

if [ -n "${MASK_BIN:-}" ]; then
  bin=$MASK_BIN
else
  sh "$here/quickstart.sh" --install-only >&2
  for product in mask-worker mask-webhooks maskctl; do
    (cd "$root" && swift build -c release --static-swift-stdlib --product $product) >&2
  done
  bin=$(cd "$root" && swift build -c release --show-bin-path)
fi

# What two programs have in common is in the package once where they are less than 64 MiB apart, as far as xz looks back: files are
# in it by their names, so maskctl stands right before mask-worker.
install -d "$library" "$tree/usr/bin"
install -m 755 "$bin/mask-worker" "$library/"
install -m 755 "$bin/mask-webhooks" "$bin/maskctl" "$tree/usr/bin/"
ln -s ../../bin/maskctl ../../bin/mask-webhooks "$library/"
for program in "$library/mask-worker" "$tree/usr/bin/mask-webhooks" "$tree/usr/bin/maskctl"; do
  strip --strip-unneeded --remove-section=.comment "$program"
  patchelf --remove-rpath "$program"
done

# ---- data, configuration, units ------------------------------------------------------------------------------------

install -d "$share/mask/migrations" "$share/mask/sql" "$share/mask/nginx" "$tree/etc/nginx/snippets" "$tree/etc/mask"
install -m 644 "$root"/sql/migrations/*.sql "$share/mask/migrations/"
install -m 644 "$root/sql/grants.sql" "$share/mask/sql/"
install -m 644 "$root/sql/roles.sql" "$here/mariadb.cnf" "$here/galera.cnf" "$here/nginx-http2.sh" "$share/mask/"
install -m 644 "$root/nginx/mask.conf" "$share/mask/nginx/"
cp -r "$root/nginx/www" "$share/mask/nginx/www"
rm -f "$share/mask/nginx/www/"*.sh "$share/mask/nginx/www/README.md"
cp -r "$root/nginx/docs" "$share/mask/nginx/docs"
rm -f "$share/mask/nginx/docs/"*.sh
install -m 644 "$here/mask.env" "$share/mask/"
cp -r "$root/nginx/themes" "$share/mask/themes"
rm -f "$share/mask/themes/screenshot.png"
cp -r "$here/monitoring" "$share/mask/monitoring"
install -d "$share/mask/apache"
install -m 644 "$here/apache/zz-mask.conf" "$share/mask/apache/"
install -m 755 "$here/apache/apache-certificates" "$library/"
install -m 644 "$root"/nginx/snippets/mask-*.conf "$tree/etc/nginx/snippets/"
install -m 640 "$here/mask.env" "$tree/etc/mask/"
install -d "$tree/etc/redis" "$tree/etc/cron.d" "$tree/lib/systemd/system" "$tree/usr/lib/sysusers.d" "$tree/usr/lib/tmpfiles.d"
install -m 644 "$here/redis.conf" "$tree/etc/redis/redis-mask.conf"
install -m 644 "$here/cron.d/mask" "$tree/etc/cron.d/"
install -m 644 "$here"/*.service "$here"/*.socket "$here"/*.timer "$here"/*.target "$here"/*.path "$tree/lib/systemd/system/"
install -m 644 "$here/sysusers.d/mask.conf" "$tree/usr/lib/sysusers.d/"
install -m 644 "$here/tmpfiles.d/mask.conf" "$tree/usr/lib/tmpfiles.d/"

# ---- manual, completion, what Debian asks for ------------------------------------------------------------------------

install -d "$share/man" "$share/bash-completion/completions" "$share/zsh/vendor-completions" \
  "$share/fish/vendor_completions.d" "$share/doc/mask" "$share/lintian/overrides"
"$bin/maskctl" docs manual --source "$root/nginx/docs" --settings "$here/mask.env" "$share/man"
for program in maskctl mask-webhooks; do
  "$bin/$program" --generate-completion-script bash | sed 1d >"$share/bash-completion/completions/$program"
  "$bin/$program" --generate-completion-script zsh >"$share/zsh/vendor-completions/_$program"
  "$bin/$program" --generate-completion-script fish >"$share/fish/vendor_completions.d/$program.fish"
done
gzip -9n "$share"/man/man?/*
install -m 644 "$here/debian/copyright" "$share/doc/mask/"
printf 'mask (%s) unstable; urgency=medium\n\n  * See mask(7).\n\n -- %s  %s\n' "$version" \
  "$(sed -n 's/^Maintainer: //p' "$here/debian/control")" "$(date -R)" | gzip -9n >"$share/doc/mask/changelog.gz"
install -m 644 "$here/debian/lintian-overrides" "$share/lintian/overrides/mask"

# ---- the package ---------------------------------------------------------------------------------------------------

install -d "$tree/DEBIAN" "$work/debian"
for script in preinst postinst prerm postrm; do install -m 755 "$here/debian/$script" "$tree/DEBIAN/"; done
(cd "$tree" && find etc -type f -printf '/%p\n' | sort) >"$tree/DEBIAN/conffiles"
printf 'Source: mask\n\nPackage: mask\nArchitecture: amd64\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O "$library/mask-worker" "$tree"/usr/bin/mask* 2>"$work/shlibdeps.log" |
  sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || fail "dpkg-shlibdeps: $(tail -n1 "$work/shlibdeps.log")"
sed -e "s/@VERSION@/$version/" -e "s/@LIBRARIES@/$libraries/" \
  -e "s/@SIZE@/$(du -sk --exclude=DEBIAN "$tree" | cut -f1)/" "$here/debian/control" >"$tree/DEBIAN/control"
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
find "$tree" -type d -exec chmod 755 {} +

package=$output/mask_${version}_amd64.deb
dpkg-deb -Zxz -z9 --root-owner-group --build "$tree" "$package" >/dev/null
echo "$package"
