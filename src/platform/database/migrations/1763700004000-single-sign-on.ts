import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SingleSignOn1763700004000 implements MigrationInterface {
  name = 'SingleSignOn1763700004000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sso_connections (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        domain_id text not null references domains on delete cascade,
        key text not null,
        provider text not null,
        name text not null,
        state text not null check (state in ('DRAFT', 'TESTED', 'ACTIVE', 'ENFORCED', 'DISABLED')),
        issuer text not null,
        client_id text not null,
        client_secret text,
        client_auth_method text not null,
        scopes text[] not null,
        pkce boolean not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        unique (domain_id, provider)
      );
      create index sso_connections_by_key on sso_connections (key);
      create index sso_connections_by_organization on sso_connections (organization_id);

      create table login_flows (
        state_digest bytea primary key,
        browser_digest bytea not null,
        provider_key text not null,
        connection_id text references sso_connections on delete cascade,
        secrets text not null,
        return_to text not null,
        expires_at timestamptz not null
      );
      create index login_flows_by_expiry on login_flows (expires_at);

      create table sign_in_attempts (
        key text primary key,
        points integer not null default 0,
        expire bigint
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table sign_in_attempts;
      drop table login_flows;
      drop table sso_connections;
    `);
  }
}
