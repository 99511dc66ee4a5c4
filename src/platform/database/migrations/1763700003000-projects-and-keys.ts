import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ProjectsAndKeys1763700003000 implements MigrationInterface {
  name = 'ProjectsAndKeys1763700003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table project_roles (
        project_id text not null,
        organization_id text not null,
        user_id text not null,
        role text not null check (role in ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER', 'NONE')),
        created_at timestamptz not null default now(),
        primary key (project_id, user_id),
        foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
        foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
      );
      create index project_roles_by_member on project_roles (organization_id, user_id);

      create table api_keys (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        project_id text,
        scope text not null check (scope in ('PROJECT', 'ORGANIZATION')),
        name text not null,
        note text,
        public_key text not null unique,
        secret_digest bytea not null unique,
        display_secret text not null,
        permissions text[] not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
        check ((scope = 'PROJECT') = (project_id is not null))
      );
      create index api_keys_by_organization on api_keys (organization_id, created_at, id);
      create index api_keys_by_project on api_keys (project_id, created_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table api_keys;
      drop table project_roles;
    `);
  }
}
