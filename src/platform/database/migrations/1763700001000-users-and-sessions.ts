import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UsersAndSessions1763700001000 implements MigrationInterface {
  name = 'UsersAndSessions1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table users (
        id text primary key,
        email text not null unique check (email = lower(email)),
        name text not null,
        password_hash text,
        email_verified_at timestamptz,
        instance_administrator boolean not null default false,
        deactivated_at timestamptz,
        created_at timestamptz not null default now()
      );

      create table identities (
        id text primary key,
        user_id text not null references users on delete cascade,
        source text not null,
        issuer text not null,
        subject text not null,
        created_at timestamptz not null default now(),
        last_signed_in_at timestamptz not null default now(),
        unique (source, issuer, subject)
      );
      create index identities_by_user on identities (user_id);

      create table sessions (
        id text primary key,
        token_digest bytea not null unique,
        user_id text not null references users on delete cascade,
        method text not null,
        connection text,
        ip text,
        user_agent text,
        created_at timestamptz not null default now(),
        last_seen_at timestamptz not null default now(),
        idle_expires_at timestamptz not null,
        expires_at timestamptz not null
      );
      create index sessions_by_user on sessions (user_id);
      create index sessions_by_expiry on sessions (expires_at);

      create table setup_links (
        token_digest bytea primary key,
        expires_at timestamptz not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table setup_links;
      drop table sessions;
      drop table identities;
      drop table users;
    `);
  }
}
