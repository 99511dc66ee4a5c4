import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every attempt to sign in through somebody else, step by step, for thirty days. */
export class SignInTraces1764000013000 implements MigrationInterface {
  name = 'SignInTraces1764000013000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sign_in_traces (
        id text primary key,
        organization_id text references organizations (id) on delete cascade,
        connection_id text references sso_connections (id) on delete set null,
        connection_key text not null,
        purpose text not null,
        test_run_id text,
        begin_request_id text,
        callback_request_id text,
        redirect_uri text,
        begun_at timestamptz not null,
        finished_at timestamptz,
        outcome text not null,
        reason text,
        detail text,
        email text,
        steps jsonb not null
      );
      create index sign_in_traces_of_organization on sign_in_traces (organization_id, id desc);
      create index sign_in_traces_of_connection on sign_in_traces (connection_id) where connection_id is not null;
      create index sign_in_traces_begun_by on sign_in_traces (begin_request_id);
      create index sign_in_traces_ended_by on sign_in_traces (callback_request_id);
      create index sign_in_traces_of_test on sign_in_traces (test_run_id) where test_run_id is not null;
      create index sign_in_traces_to_count on sign_in_traces (connection_key, begun_at) where outcome <> 'SUCCEEDED';
      create index sign_in_traces_to_sweep on sign_in_traces (begun_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sign_in_traces');
  }
}
