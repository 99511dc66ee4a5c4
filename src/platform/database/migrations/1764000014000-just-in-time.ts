import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who becomes a member by signing in through a connection, who never does again, and when a connection's secret expires. */
export class JustInTime1764000014000 implements MigrationInterface {
  name = 'JustInTime1764000014000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sso_membership_rules (
        connection_id text primary key references sso_connections (id) on delete cascade,
        organization_id text not null references organizations (id) on delete cascade,
        just_in_time boolean not null,
        default_role text not null check (default_role in ('ADMIN', 'MEMBER', 'VIEWER', 'NONE')),
        groups_claim text not null,
        group_roles jsonb not null
      );
      create index sso_membership_rules_of_organization on sso_membership_rules (organization_id);

      create table former_members (
        organization_id text not null references organizations (id) on delete cascade,
        user_id text not null references users (id) on delete cascade,
        left_at timestamptz not null,
        primary key (organization_id, user_id)
      );
      create index former_members_by_user on former_members (user_id);

      alter table sso_connections add column client_secret_expires_at timestamptz;
      alter table sso_candidates add column client_secret_expires_at timestamptz;

      create table sso_expiry_warnings (
        connection_id text not null references sso_connections (id) on delete cascade,
        what text not null,
        expires_at timestamptz not null,
        days integer not null,
        organization_id text not null references organizations (id) on delete cascade,
        primary key (connection_id, what, expires_at, days)
      );
      create index sso_expiry_warnings_of_organization on sso_expiry_warnings (organization_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table sso_expiry_warnings;
      alter table sso_candidates drop column client_secret_expires_at;
      alter table sso_connections drop column client_secret_expires_at;
      drop table former_members;
      drop table sso_membership_rules;
    `);
  }
}
