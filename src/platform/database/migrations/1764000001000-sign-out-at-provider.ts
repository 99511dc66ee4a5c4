import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SignOutAtProvider1764000001000 implements MigrationInterface {
  name = 'SignOutAtProvider1764000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table sso_connections add sign_out_at_provider boolean not null default false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table sso_connections drop sign_out_at_provider');
  }
}
