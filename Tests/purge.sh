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

# purge SETTING KEY_FILE WANTED SAID: the key that is at WANTED afterwards, and what the script says of it ("" for nothing at all).
purge() {
  rm -rf "$folder/etc" "$folder/var" "$folder/elsewhere"
  mkdir -p "$etc" "$folder/elsewhere"
  echo "$1" >"$etc/mask.env"
  [ -z "$2" ] || echo the-key >"$2"
  sh "$folder/postrm" remove
  rm "$etc/mask.env" # as dpkg does with files of the configuration, before it purges
  said=$(sh "$folder/postrm" purge)
  [ ! -e "$etc" ] || { echo "purge: $1: it leaves $etc" >&2; exit 1; }
  [ -z "$3" ] || [ "$(cat "$3")" = the-key ] || { echo "purge: $1: the key is not in $3" >&2; exit 1; }
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
echo "purge: the key stays wherever it is, and what stays is said"
