#!/bin/sh
# Makes the fonts of the dashboard from Debian's fonts-b612: Latin, Latin-1, Latin Extended-A, punctuation, arrows.
#
#   apt install fonts-b612 fonttools python3-brotli
#   ./fonts.sh
set -eu
cd "$(dirname "$0")/assets/fonts"
for weight in Regular Bold; do
  pyftsubset "/usr/share/fonts/opentype/b612/B612-$weight.otf" --flavor=woff2 --layout-features='*' \
    --unicodes='U+0020-007E,U+00A0-017F,U+2010-2027,U+2030-203A,U+20AC,U+2190-2199,U+2212,U+2318,U+25A0' \
    --output-file="b612-$(echo "$weight" | tr '[:upper:]' '[:lower:]').woff2"
done
