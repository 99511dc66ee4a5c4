import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Proven domains are looked at again and again. */
export class DomainChecks1764000009000 implements MigrationInterface {
  name = 'DomainChecks1764000009000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table domains
        add column failing_since timestamptz,
        add column next_check_at timestamptz;
      create index domains_to_check on domains (next_check_at nulls first) where status in ('VERIFIED', 'FAILING');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table domains drop column failing_since, drop column next_check_at');
  }
}
