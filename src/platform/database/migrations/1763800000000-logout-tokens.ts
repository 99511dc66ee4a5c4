import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LogoutTokens1763800000000 implements MigrationInterface {
  name = 'LogoutTokens1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table used_logout_tokens (
        token_digest bytea primary key,
        expires_at timestamptz not null
      );
      create index used_logout_tokens_by_expiry on used_logout_tokens (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table used_logout_tokens');
  }
}
