import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Roles of an organization's own, groups of members, and what both are granted beside the role of a membership. */
export class RolesGroupsGrants1764000024000 implements MigrationInterface {
  name = 'RolesGroupsGrants1764000024000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table roles (
        id text primary key,
        organization_id text not null references organizations (id) on delete cascade,
        name text not null,
        description text,
        permissions text[] not null,
        created_at timestamptz not null,
        unique (organization_id, id)
      );
      create unique index roles_by_name on roles (organization_id, lower(name));

      create table groups (
        id text primary key,
        organization_id text not null references organizations (id) on delete cascade,
        name text not null,
        description text,
        created_at timestamptz not null,
        unique (organization_id, id)
      );
      create unique index groups_by_name on groups (organization_id, lower(name));

      create table group_members (
        group_id text not null,
        organization_id text not null,
        user_id text not null,
        added_at timestamptz not null,
        primary key (group_id, user_id),
        foreign key (organization_id, group_id) references groups (organization_id, id) on delete cascade,
        foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
      );
      create index group_members_by_member on group_members (organization_id, user_id);

      create table role_grants (
        id text primary key,
        organization_id text not null references organizations (id) on delete cascade,
        project_id text,
        user_id text,
        group_id text,
        built_in_role text check (built_in_role in ('ADMIN', 'MEMBER', 'VIEWER')),
        role_id text,
        expires_at timestamptz,
        reason text,
        created_by text not null,
        created_at timestamptz not null,
        check (num_nonnulls(user_id, group_id) = 1),
        check (num_nonnulls(built_in_role, role_id) = 1),
        foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
        foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade,
        foreign key (organization_id, group_id) references groups (organization_id, id) on delete cascade,
        foreign key (organization_id, role_id) references roles (organization_id, id) on delete cascade
      );
      create unique index role_grants_once on role_grants (
        organization_id, coalesce(project_id, ''), coalesce(user_id, ''), coalesce(group_id, ''),
        coalesce(built_in_role, ''), coalesce(role_id, '')
      );
      create index role_grants_of_member on role_grants (organization_id, user_id) where user_id is not null;
      create index role_grants_of_group on role_grants (group_id) where group_id is not null;
      create index role_grants_of_role on role_grants (role_id) where role_id is not null;
      create index role_grants_of_project on role_grants (project_id) where project_id is not null;
      create index role_grants_by_end on role_grants (expires_at) where expires_at is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table role_grants, group_members, groups, roles');
  }
}
