import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MailboxTokens1764000002000 implements MigrationInterface {
  name = 'MailboxTokens1764000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table mailbox_tokens (
        token_digest bytea primary key,
        purpose text not null check (purpose in ('verifyEmail', 'resetPassword', 'changeEmail')),
        user_id text not null references users on delete cascade,
        email text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        unique (user_id, purpose)
      );
      create index mailbox_tokens_by_expiry on mailbox_tokens (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table mailbox_tokens');
  }
}
