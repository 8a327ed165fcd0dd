#!/bin/sh
# The page of a report in a browser without a window: page.sh FIGMENT REPORT.json OUT.html
# 77: there is no browser.
set -e
browser=
for b in chromium chromium-browser google-chrome; do
   command -v $b >/dev/null 2>&1 && browser=$b && break
done
"$1" report --html "$2" -o "$3"
if [ -z "$browser" ]; then
   echo "no Chromium: the page was written and not looked at"
   exit 77
fi
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
timeout 90 $browser --headless --no-sandbox --disable-gpu --user-data-dir="$profile" --enable-logging=stderr --virtual-time-budget=4000 \
   --window-size=1280,900 --dump-dom "file://$3" >"$3.dom" 2>"$3.log"
if grep -E 'CONSOLE.*(Uncaught|Error|Refused)' "$3.log"; then
   echo "the page's script failed"
   exit 1
fi
check() { grep -q -e "$1" "$2" || { echo "the page lacks: $1"; exit 1; }; }
for text in 'data-ready="yes"' 'id="summary"' 'id="timeline"' 'id="roofline"' 'id="stalls"' 'id="time"' 'id="shaders"' 'id="counters"' \
   '>frame</text>' 'Roofline: 4 points' 'dispatch 1' 'issued 50 %' 'core 1: 50 %' 'ISSUE_EFFICIENCY'; do
   check "$text" "$3.dom"
done
# What the report calls an element is text.
if grep -q '<img src=x' "$3.dom"; then
   echo "a label became markup"
   exit 1
fi
echo "the page shows what it should"
