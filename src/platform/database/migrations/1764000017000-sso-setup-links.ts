import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links by which a customer's IT staff set single sign-on up, and the tests that were asked for by one. */
export class SsoSetupLinks1764000017000 implements MigrationInterface {
  name = 'SsoSetupLinks1764000017000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sso_setup_links (
        id text primary key,
        organization_id text not null references organizations (id) on delete cascade,
        domain_id text references domains (id) on delete cascade,
        added_domain_ids text[] not null default '{}',
        note text,
        token_digest bytea not null unique,
        created_by text not null,
        created_by_id text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz,
        last_used_at timestamptz,
        use_count integer not null default 0
      );
      create index sso_setup_links_of_organization on sso_setup_links (organization_id);
      create index sso_setup_links_of_domain on sso_setup_links (domain_id);

      alter table sso_test_runs add column setup_link_id text references sso_setup_links (id) on delete cascade;
      create index sso_test_runs_of_setup_link on sso_test_runs (setup_link_id) where setup_link_id is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sso_test_runs drop column setup_link_id;
      drop table sso_setup_links;
    `);
  }
}
