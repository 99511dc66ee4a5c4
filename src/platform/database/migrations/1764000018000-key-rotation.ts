import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys that follow others, and the overlap in which both are good. */
export class KeyRotation1764000018000 implements MigrationInterface {
  name = 'KeyRotation1764000018000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table api_keys
        add column rotated_from text,
        add column successor_id text,
        add column rotated_at timestamptz,
        add column overlap_seconds integer check (overlap_seconds >= 0),
        add column dies_at timestamptz,
        add check ((successor_id is null) = (rotated_at is null)),
        add check (successor_id is not null or (overlap_seconds is null and dies_at is null)),
        add check (successor_id is null or overlap_seconds is not null or dies_at is not null);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table api_keys
        drop column rotated_from,
        drop column successor_id,
        drop column rotated_at,
        drop column overlap_seconds,
        drop column dies_at;
    `);
  }
}
