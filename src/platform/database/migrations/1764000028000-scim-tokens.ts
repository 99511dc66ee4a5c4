import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tokens by which directories provision people. */
export class ScimTokens1764000028000 implements MigrationInterface {
  name = 'ScimTokens1764000028000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table scim_tokens (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        name text not null,
        secret_digest bytea not null unique,
        display text not null,
        role text not null check (role in ('ADMIN', 'MEMBER', 'VIEWER', 'NONE')),
        created_by text not null,
        created_by_id text not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      create index scim_tokens_of_organization on scim_tokens (organization_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table scim_tokens');
  }
}
