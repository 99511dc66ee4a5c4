import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From where each key has been used lately. */
export class KeyUses1764000027000 implements MigrationInterface {
  name = 'KeyUses1764000027000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_key_uses (
        api_key_id text not null references api_keys (id) on delete cascade,
        address text not null,
        user_agent text not null,
        first_used_at timestamptz not null,
        last_used_at timestamptz not null,
        primary key (api_key_id, address, user_agent)
      );
      create index api_key_uses_by_age on api_key_uses (last_used_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_key_uses');
  }
}
