import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Roles that members have asked for, and what became of it. */
export class AccessRequests1764000025000 implements MigrationInterface {
  name = 'AccessRequests1764000025000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table access_requests (
        id text primary key,
        organization_id text not null references organizations (id) on delete cascade,
        project_id text,
        user_id text not null,
        built_in_role text check (built_in_role in ('ADMIN', 'MEMBER', 'VIEWER')),
        role_id text,
        for_seconds integer check (for_seconds > 0),
        reason text not null,
        state text not null check (state in ('PENDING', 'APPROVED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')),
        created_at timestamptz not null,
        decided_at timestamptz,
        decided_by text,
        note text,
        role_grant_id text references role_grants (id) on delete set null,
        check (num_nonnulls(built_in_role, role_id) = 1),
        foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
        foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade,
        foreign key (organization_id, role_id) references roles (organization_id, id) on delete cascade
      );
      create unique index access_requests_open_once on access_requests (
        organization_id, coalesce(project_id, ''), user_id, coalesce(built_in_role, ''), coalesce(role_id, '')
      ) where state = 'PENDING';
      create index access_requests_of_organization on access_requests (organization_id, id);
      create index access_requests_of_member on access_requests (user_id, id);
      create index access_requests_of_project on access_requests (project_id, id) where project_id is not null;
      create index access_requests_of_role on access_requests (role_id) where role_id is not null;
      create index access_requests_of_grant on access_requests (role_grant_id) where role_grant_id is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table access_requests');
  }
}
