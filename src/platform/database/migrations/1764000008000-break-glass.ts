import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Owners who may sign in past a single sign-on that is enforced. */
export class BreakGlass1764000008000 implements MigrationInterface {
  name = 'BreakGlass1764000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table memberships add column break_glass boolean not null default false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table memberships drop column break_glass');
  }
}
