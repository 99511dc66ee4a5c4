import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When somebody first signed in. Whoever has a password or an identity already is taken to have done so. */
export class FirstSignIn1764000007000 implements MigrationInterface {
  name = 'FirstSignIn1764000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table users add column first_signed_in_at timestamptz;
      update users set first_signed_in_at = created_at
        where password_hash is not null or exists (select from identities where user_id = users.id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table users drop column first_signed_in_at');
  }
}
