# shellcheck shell=sh disable=SC2154
# The part "screens" of run.sh: the dashboard's screens of a workspace with many links and clicks, on a slow line with a slow processor.
# Tests/Browser/at_scale.py measures.

measure_screens() {
  headline "Screens of a workspace with $scale_clicks clicks on $scale_links links"
  if ! wants scale; then
    make_scale_data
    load_scale_clicks
  fi
  MASK_SCALE_LINK=$busiest MASK_TEST_ENV=$folder/quickstart.env \
    sh "$root/Tests/browser.sh" "$root/Tests/Browser/at_scale.py" -s | tee "$folder/screens" | grep -v '^$'
  grep -q ' passed' "$folder/screens"
}
