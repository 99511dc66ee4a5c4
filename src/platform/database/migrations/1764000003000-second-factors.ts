import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person proves besides a password, or instead of one, and what is remembered while they do. */
export class SecondFactors1764000003000 implements MigrationInterface {
  name = 'SecondFactors1764000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table totp_factors (
        id text primary key,
        user_id text not null unique references users on delete cascade,
        secret text not null,
        last_used_step integer not null,
        created_at timestamptz not null default now(),
        last_used_at timestamptz
      );

      create table passkeys (
        id text primary key,
        user_id text not null references users on delete cascade,
        credential_id text not null unique,
        public_key bytea not null,
        counter bigint not null,
        transports text[] not null,
        name text not null,
        created_at timestamptz not null default now(),
        last_used_at timestamptz
      );
      create index passkeys_by_user on passkeys (user_id);

      create table passkey_challenges (
        challenge_digest bytea primary key,
        browser_digest bytea not null,
        purpose text not null check (purpose in ('signIn', 'secondFactor', 'register', 'prove')),
        user_id text references users on delete cascade,
        expires_at timestamptz not null
      );
      create index passkey_challenges_by_expiry on passkey_challenges (expires_at);

      create table recovery_codes (
        user_id text not null references users on delete cascade,
        code_digest bytea not null,
        primary key (user_id, code_digest)
      );

      create table code_attempts (
        user_id text primary key references users on delete cascade,
        count integer not null,
        since timestamptz not null
      );

      create table pending_sign_ins (
        token_digest bytea primary key,
        user_id text not null references users on delete cascade,
        password_digest bytea not null,
        attempts integer not null default 0,
        expires_at timestamptz not null
      );
      create index pending_sign_ins_by_user on pending_sign_ins (user_id);
      create index pending_sign_ins_by_expiry on pending_sign_ins (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table pending_sign_ins;
      drop table code_attempts;
      drop table recovery_codes;
      drop table passkey_challenges;
      drop table passkeys;
      drop table totp_factors;
    `);
  }
}
