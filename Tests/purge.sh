#!/bin/sh
# What purging the package keeps and says of the secret key, wherever the settings have it. Runs the package's own script in a
# folder; Tests/Host/purge.sh purges the package itself.
#
#   sh Tests/purge.sh

set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d /tmp/mask-purge.XXXXXX)
trap 'rm -rf "$folder"' EXIT
etc=$folder/etc/mask
kept=$folder/var/backups/mask/secret.key
for place in /etc/ /var/ /run/; do echo "s#$place#$folder$place#g"; done >"$folder/places"
sed -f "$folder/places" systemd/debian/postrm >"$folder/postrm"

key=the-key

# before SETTING: an earlier installation with that, which was removed.
before() {
  printf '%s\n' "$1" >"$etc/mask.env"
  sh "$folder/postrm" remove
}

# purge SETTING KEY_FILE WANTED SAID [BEFORE]: the key that is at WANTED afterwards, and what the script says of it ("" for nothing at all).
purge() {
  rm -rf "${folder:?}/etc" "${folder:?}/var" "${folder:?}/run" "${folder:?}/elsewhere"
  mkdir -p "$etc" "$folder/elsewhere"
  [ -z "${5-}" ] || before "$5"
  printf '%s\n' "$1" >"$etc/mask.env"
  [ -z "$2" ] || { mkdir -p "${2%/*}"; printf '%s\n' "$key" >"$2"; }
  sh "$folder/postrm" remove
  rm "$etc/mask.env" # as dpkg does with files of the configuration, before it purges
  said=$(sh "$folder/postrm" purge)
  [ ! -e "$etc" ] || { echo "purge: $1: it leaves $etc" >&2; exit 1; }
  [ -z "$3" ] || [ "$(cat "$3")" = "$key" ] || { echo "purge: $1: the key is not in $3" >&2; exit 1; }
  case $said in
    *"DROP DATABASE"*) [ -n "$4" ] && echo "$said" | grep -q "$4" ;;
    *) [ -z "$4$said" ] ;;
  esac || { printf 'purge: %s: it says "%s"\n' "$1" "$said" >&2; exit 1; }
}

purge "MASK_SECRET_KEY_FILE=$etc/secret.key" "$etc/secret.key" "$kept" "$kept"
purge "MASK_SECRET_KEY_FILE=$etc/other.key" "$etc/other.key" "$kept" "$kept"
purge "MASK_SECRET_KEY_FILE='$folder/elsewhere/key'" "$folder/elsewhere/key" "$folder/elsewhere/key" "$folder/elsewhere/key"
purge 'MASK_SECRET_KEY="the-key"' "" "$kept" "$kept"
purge "#MASK_SECRET_KEY=" "" "" ""
purge "" "$etc/secret.key" "$kept" "$kept" MASK_SECRET_KEY=an-old-key
purge "MASK_SECRET_KEY_FILE=$etc/other.key" "$etc/other.key" "$kept" "$kept" MASK_SECRET_KEY=an-old-key
for place in var/lib var/spool var/cache run; do
  purge "MASK_SECRET_KEY_FILE=$folder/$place/mask/key" "$folder/$place/mask/key" "$kept" "$kept"
done
key='a\tb\c'
purge "MASK_SECRET_KEY=$key" "" "$kept" "$kept"
echo "purge: the key stays wherever it is, and what stays is said"
