import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Attempts are counted with a delay that grows. What was counted before is forgotten: it was a quarter of an hour's. Unlogged,
 * since each attempt writes: after a crash of the database everybody begins anew.
 */
export class Attempts1764000005000 implements MigrationInterface {
  name = 'Attempts1764000005000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table sign_in_attempts;
      create unlogged table attempts (
        key bytea primary key,
        beyond integer not null,
        allowed_at timestamptz not null,
        admitted text not null,
        forgotten_at timestamptz not null
      );
      create index attempts_by_end on attempts (forgotten_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table attempts;
      create table sign_in_attempts (
        key text primary key,
        points integer not null default 0,
        expire bigint
      );
    `);
  }
}
