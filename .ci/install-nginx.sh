#!/usr/bin/env bash
# The tests put Gatehouse behind a real nginx, Debian's (forward authentication). Installs it where that can be done without
# asking, and says what to install elsewhere. The tests start it by themselves, with a configuration of their own.
set -euo pipefail

if command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]]; then
  exit 0
fi

if [[ $(id -u) == 0 ]] && grep -qs '^ID=debian$' /etc/os-release; then
  export DEBIAN_FRONTEND=noninteractive
  # A server that nobody has configured yet need not run: its package would start it on port 80.
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  apt-get update --quiet --quiet
  apt-get install --quiet --quiet --yes --no-install-recommends nginx
  exit 0
fi

cat >&2 <<END
The tests of forward authentication need nginx, which is not there, so they will fail. Install it:
  Debian      sudo apt-get install nginx
  elsewhere   any nginx with the module auth_request on the PATH; or run the tests in the image node:22-bookworm
END
