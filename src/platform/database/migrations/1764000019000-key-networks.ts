import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The networks that a key may be used from; none: from anywhere. */
export class KeyNetworks1764000019000 implements MigrationInterface {
  name = 'KeyNetworks1764000019000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table api_keys add column allowed_cidrs text[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table api_keys drop column allowed_cidrs');
  }
}
