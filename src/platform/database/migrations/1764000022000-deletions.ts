import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deleted organizations and projects, whose rows are set aside until nobody can undo it any more. */
export class Deletions1764000022000 implements MigrationInterface {
  name = 'Deletions1764000022000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table deletions (
        id text primary key,
        organization_id text not null,
        project_id text,
        within_organization_id text references organizations (id) on delete cascade,
        name text not null,
        slug text not null,
        roles jsonb not null,
        former_member_ids text[] not null default '{}',
        deleted_by text not null,
        deleted_at timestamptz not null,
        gone_at timestamptz not null,
        check ((project_id is null) = (within_organization_id is null)),
        check (within_organization_id = organization_id)
      );
      create unique index deletions_of_organization on deletions (organization_id) where project_id is null;
      create unique index deletions_of_project on deletions (project_id) where project_id is not null;
      create index deletions_within_organization on deletions (within_organization_id)
        where within_organization_id is not null;
      create index deletions_to_purge on deletions (gone_at);

      create table set_aside_rows (
        id bigint generated always as identity primary key,
        deletion_id text not null references deletions (id) on delete cascade,
        table_name text not null,
        row jsonb not null
      );
      create index set_aside_rows_of_deletion on set_aside_rows (deletion_id, table_name, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table set_aside_rows;
      drop table deletions;
    `);
  }
}
