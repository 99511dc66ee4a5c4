import type { MigrationInterface, QueryRunner } from 'typeorm';

const roles = `('OWNER', 'ADMIN', 'MEMBER', 'VIEWER', 'NONE')`;

export class Organizations1763700002000 implements MigrationInterface {
  name = 'Organizations1763700002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table organizations (
        id text primary key,
        name text not null,
        slug text not null unique,
        plan text not null,
        created_at timestamptz not null default now()
      );

      create table memberships (
        organization_id text not null references organizations on delete cascade,
        user_id text not null references users on delete cascade,
        role text not null check (role in ${roles}),
        source text not null,
        joined_at timestamptz not null default now(),
        primary key (organization_id, user_id)
      );
      create index memberships_by_user on memberships (user_id);

      create table projects (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        name text not null,
        slug text not null,
        created_at timestamptz not null default now(),
        unique (organization_id, slug),
        unique (organization_id, id)
      );

      create table invitations (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        email text not null,
        role text not null check (role in ${roles}),
        project_id text,
        project_role text check (project_role in ${roles}),
        token_digest bytea not null unique,
        invited_by text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        accepted_at timestamptz,
        revoked_at timestamptz,
        foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
        check ((project_id is null) = (project_role is null))
      );
      create unique index invitations_open on invitations (organization_id, email)
        where accepted_at is null and revoked_at is null;
      create index invitations_by_email on invitations (email) where accepted_at is null and revoked_at is null;

      create table domains (
        id text primary key,
        organization_id text not null references organizations on delete cascade,
        name text not null,
        token text not null,
        status text not null check (status in ('PENDING', 'VERIFIED', 'FAILING', 'LAPSED')),
        verified_at timestamptz,
        last_checked_at timestamptz,
        diagnosis jsonb,
        created_at timestamptz not null default now(),
        unique (organization_id, name)
      );
      create unique index domains_owned_once on domains (name) where status in ('VERIFIED', 'FAILING');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table domains;
      drop table invitations;
      drop table projects;
      drop table memberships;
      drop table organizations;
    `);
  }
}
