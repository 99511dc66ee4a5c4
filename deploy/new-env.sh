#!/bin/sh
# Writes .env with fresh random secrets for docker-compose.yml. Run once, from anywhere; an .env that is there is kept.
set -eu
cd "$(dirname "$0")/.."

random() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

if [ -e .env ]; then
  echo '.env is there already; nothing was changed.'
  exit 0
fi

umask 077
cat > .env <<END
ENCRYPTION_KEY=$(random)
SESSION_SECRET=$(random)
POSTGRES_PASSWORD=$(random)
ADMIN_API_KEY=$(random)
END
echo 'Wrote .env. Keep it: without ENCRYPTION_KEY the stored secrets cannot be read again.'
