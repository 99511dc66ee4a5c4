import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a session remembers of its proof, and what organizations ask of it. */
export class Proofs1764000000000 implements MigrationInterface {
  name = 'Proofs1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sessions
        add column second_factor text check (second_factor in ('totp', 'passkey', 'recoveryCode')),
        add column proven_at timestamptz;
      update sessions set proven_at = created_at;
      alter table sessions alter column proven_at set not null, alter column proven_at set default now();

      create table security_policies (
        organization_id text primary key references organizations on delete cascade,
        second_factor_required boolean not null default false,
        session_max_age_minutes integer check (session_max_age_minutes > 0),
        session_idle_minutes integer check (session_idle_minutes > 0)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table security_policies;
      alter table sessions drop column proven_at, drop column second_factor;
    `);
  }
}
