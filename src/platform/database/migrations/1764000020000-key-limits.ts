import type { MigrationInterface, QueryRunner } from 'typeorm';

/** So many changes in one statement are told one by one; more are told as a change of everything, which is the empty payload. */
const MOST_TOLD = 100;

/**
 * Keys and projects tell when what processes remember of them is no longer so, whoever changes the row; and keys may have
 * a limit, which is counted here for all processes.
 */
export class KeyLimits1764000020000 implements MigrationInterface {
  name = 'KeyLimits1764000020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function tell_api_key_changed() returns trigger language plpgsql as $$
      begin
        -- When it was last used decides nothing, and is written every few seconds.
        new.last_used_at := old.last_used_at;
        if new is distinct from old then
          perform pg_notify('api_key_changed', encode(old.secret_digest, 'base64'));
        end if;
        return null;
      end $$;
      create trigger api_key_changed after update on api_keys for each row execute function tell_api_key_changed();

      create function tell_api_keys_deleted() returns trigger language plpgsql as $$
      begin
        if (select count(*) from (select from gone limit ${MOST_TOLD + 1}) as several) > ${MOST_TOLD} then
          perform pg_notify('api_key_changed', '');
        else
          perform pg_notify('api_key_changed', encode(secret_digest, 'base64')) from gone;
        end if;
        return null;
      end $$;
      create trigger api_keys_deleted after delete on api_keys referencing old table as gone
        for each statement execute function tell_api_keys_deleted();

      create function tell_projects_deleted() returns trigger language plpgsql as $$
      begin
        if (select count(*) from (select from gone limit ${MOST_TOLD + 1}) as several) > ${MOST_TOLD} then
          perform pg_notify('project_deleted', '');
        else
          perform pg_notify('project_deleted', id) from gone;
        end if;
        return null;
      end $$;
      create trigger projects_deleted after delete on projects referencing old table as gone
        for each statement execute function tell_projects_deleted();

      alter table api_keys
        add column rate_limit jsonb
          check ((rate_limit ->> 'requests')::integer > 0 and (rate_limit ->> 'perSeconds')::integer > 0);

      create table api_key_windows (
        key_id text primary key references api_keys on delete cascade,
        ends_at timestamptz not null,
        used integer not null,
        granted integer not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table api_key_windows;
      alter table api_keys drop column rate_limit;
      drop trigger projects_deleted on projects;
      drop function tell_projects_deleted();
      drop trigger api_keys_deleted on api_keys;
      drop function tell_api_keys_deleted();
      drop trigger api_key_changed on api_keys;
      drop function tell_api_key_changed();
    `);
  }
}
