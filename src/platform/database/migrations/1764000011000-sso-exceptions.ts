import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Guests who enter although single sign-on is enforced, and who has come in by breaking the glass. */
export class SsoExceptions1764000011000 implements MigrationInterface {
  name = 'SsoExceptions1764000011000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table memberships add column sso_exception boolean not null default false;
      alter table invitations add column sso_exception boolean not null default false;

      create table glass_entries (
        organization_id text not null,
        user_id text not null,
        session_created_at timestamptz not null,
        primary key (organization_id, user_id, session_created_at),
        foreign key (organization_id, user_id) references memberships on delete cascade
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table glass_entries;
      alter table invitations drop column sso_exception;
      alter table memberships drop column sso_exception;
    `);
  }
}
