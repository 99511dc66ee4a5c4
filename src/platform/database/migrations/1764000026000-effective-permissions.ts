import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a key may do as long as whoever made it, or its service account, holds less than it was given; null: all of that. */
export class EffectivePermissions1764000026000 implements MigrationInterface {
  name = 'EffectivePermissions1764000026000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table api_keys add column effective_permissions text[];

      update api_keys key
      set effective_permissions = array(
        select given from unnest(key.permissions) given where given = any(account.permissions)
      )
      from service_accounts account
      where account.id = key.service_account_id and not key.permissions <@ account.permissions;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table api_keys drop column effective_permissions');
  }
}
