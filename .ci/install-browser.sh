#!/usr/bin/env bash
# The tests look at the pages in a real Chromium, Debian's. Installs it where that can be done without asking, and says
# what to install elsewhere. A test tool's own browser download is not used.
set -euo pipefail

browser=/usr/bin/chromium

if [[ -x $browser ]]; then
  exit 0
fi

if [[ $(id -u) == 0 ]] && grep -qs '^ID=debian$' /etc/os-release; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update --quiet --quiet
  apt-get install --quiet --quiet --yes --no-install-recommends chromium fonts-liberation
  exit 0
fi

cat >&2 <<END
The browser tests need Chromium at $browser, which is not there, so they will fail. Install it:
  Debian      sudo apt-get install chromium
  elsewhere   any Chromium, with a link to it at $browser; or run the tests in the image node:22-bookworm
END
