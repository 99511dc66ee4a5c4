import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many people an organization has room for, where that is not what its plan says. */
export class Seats1764000021000 implements MigrationInterface {
  name = 'Seats1764000021000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table organizations add column seats integer check (seats > 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table organizations drop column seats');
  }
}
