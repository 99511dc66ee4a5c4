import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions carry their own limits and tell when they end, and tokens are signed with keys that are kept here. */
export class SessionLimits1764000004000 implements MigrationInterface {
  name = 'SessionLimits1764000004000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sessions add column idle_minutes integer check (idle_minutes > 0);
      update sessions set idle_minutes =
        greatest(1, round(extract(epoch from idle_expires_at - last_seen_at) / 60))::integer;
      alter table sessions alter column idle_minutes set not null;
      create index sessions_by_idle_expiry on sessions (idle_expires_at);

      create function tell_session_ended() returns trigger language plpgsql as $$
      begin
        perform pg_notify('session_ended', encode(old.token_digest, 'base64'));
        return null;
      end $$;
      create trigger session_ended after delete on sessions for each row
        when (old.expires_at > now() and old.idle_expires_at > now()) execute function tell_session_ended();

      create table signing_keys (
        id text primary key,
        public_key jsonb not null,
        private_key text not null,
        created_at timestamptz not null default now(),
        signs_from timestamptz not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table signing_keys;
      drop trigger session_ended on sessions;
      drop function tell_session_ended();
      drop index sessions_by_idle_expiry;
      alter table sessions drop column idle_minutes;
    `);
  }
}
