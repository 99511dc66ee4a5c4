import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People and groups as a directory describes them over SCIM, and which accounts and groups it decides about. */
export class DirectoryPeople1764000029000 implements MigrationInterface {
  name = 'DirectoryPeople1764000029000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table scim_users (
        organization_id text not null,
        user_id text not null,
        user_name text not null,
        external_id text,
        profile jsonb not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (organization_id, user_id),
        foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
      );
      create unique index scim_users_by_name on scim_users (organization_id, lower(user_name));
      create index scim_users_by_external_id on scim_users (organization_id, external_id);

      alter table users add column deactivated_by_directory_of text;

      alter table groups
        add column source text not null default 'ADMINISTRATOR' check (source in ('ADMINISTRATOR', 'SCIM')),
        add column external_id text,
        add column updated_at timestamptz;
      update groups set updated_at = created_at;
      alter table groups alter column updated_at set not null;
      create index groups_by_external_id on groups (organization_id, external_id) where external_id is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table groups drop column source, drop column external_id, drop column updated_at;
      alter table users drop column deactivated_by_directory_of;
      drop table scim_users;
    `);
  }
}
