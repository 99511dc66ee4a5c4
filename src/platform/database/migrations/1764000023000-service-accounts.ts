import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Named owners of keys, and what was told of keys that are due to be rotated or about to end. */
export class ServiceAccounts1764000023000 implements MigrationInterface {
  name = 'ServiceAccounts1764000023000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table service_accounts (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        project_id text,
        name text not null,
        description text,
        permissions text[] not null,
        created_by text not null,
        created_at timestamptz not null,
        foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
      );
      create index service_accounts_of_organization on service_accounts (organization_id, id);
      create index service_accounts_of_project on service_accounts (project_id, id) where project_id is not null;

      alter table api_keys add column service_account_id text references service_accounts (id) on delete set null;
      create index api_keys_of_service_account on api_keys (service_account_id) where service_account_id is not null;

      create table api_key_reminders (
        api_key_id text not null references api_keys (id) on delete cascade,
        what text not null check (what in ('ROTATION', 'EXPIRY_14', 'EXPIRY_3')),
        organization_id text not null references organizations on delete cascade,
        told_at timestamptz not null,
        primary key (api_key_id, what)
      );
      create index api_key_reminders_of_organization on api_key_reminders (organization_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table api_key_reminders;
      alter table api_keys drop column service_account_id;
      drop table service_accounts;
    `);
  }
}
