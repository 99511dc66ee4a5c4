import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The organization in which somebody works, where they belong to several. */
export class ChosenOrganization1764000006000 implements MigrationInterface {
  name = 'ChosenOrganization1764000006000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sessions add column organization_id text references organizations on delete set null;
      create index sessions_by_organization on sessions (organization_id) where organization_id is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table sessions drop column organization_id');
  }
}
