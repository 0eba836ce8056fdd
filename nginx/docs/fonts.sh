#!/bin/sh
# Makes the fonts of the documentation from Debian's fonts-b612: the letters of English and what is typed in programs, a third less than
# the dashboard's, which have people's names to write. Their licence is nginx/www/assets/fonts/OFL.txt.
#
#   apt install fonts-b612 fonttools python3-brotli
#   ./fonts.sh
set -eu
cd "$(dirname "$0")/assets"
for weight in Regular Bold; do
  pyftsubset "/usr/share/fonts/opentype/b612/B612-$weight.otf" --flavor=woff2 --layout-features='kern,tnum' \
    --unicodes='U+0020-007E,U+00A0,U+00B7,U+00D7,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2026,U+2190,U+2192' \
    --output-file="b612-$(echo "$weight" | tr '[:upper:]' '[:lower:]').woff2"
done
