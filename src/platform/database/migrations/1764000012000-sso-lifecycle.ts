import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A connection is tested before it binds, is changed by way of a candidate once it does, and may begin to bind later. */
export class SsoLifecycle1764000012000 implements MigrationInterface {
  name = 'SsoLifecycle1764000012000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sso_connections
        add column revision text not null default gen_random_uuid()::text,
        add column tested_at timestamptz,
        add column enforcement_starts_at timestamptz,
        add column enforcement_skips_test boolean not null default false;
      create index sso_connections_to_enforce on sso_connections (enforcement_starts_at)
        where enforcement_starts_at is not null;

      create table sso_candidates (
        connection_id text primary key references sso_connections (id) on delete cascade,
        organization_id text not null references organizations (id) on delete cascade,
        issuer text not null,
        client_id text not null,
        client_secret text,
        client_auth_method text not null,
        scopes text[] not null,
        pkce boolean not null,
        revision text not null,
        tested_at timestamptz,
        created_at timestamptz not null
      );
      create index sso_candidates_of_organization on sso_candidates (organization_id);

      create table sso_test_runs (
        id text primary key,
        organization_id text not null references organizations (id) on delete cascade,
        connection_id text not null references sso_connections (id) on delete cascade,
        revision text not null,
        of_candidate boolean not null,
        token_digest bytea not null unique,
        started_at timestamptz not null,
        expires_at timestamptz not null,
        finished_at timestamptz,
        passed boolean,
        report jsonb
      );
      create index sso_test_runs_of_connection on sso_test_runs (connection_id, started_at desc);
      create index sso_test_runs_of_organization on sso_test_runs (organization_id);
      create index sso_test_runs_to_sweep on sso_test_runs (started_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table sso_test_runs;
      drop table sso_candidates;
      alter table sso_connections drop column revision, drop column tested_at, drop column enforcement_starts_at,
        drop column enforcement_skips_test;
    `);
  }
}
