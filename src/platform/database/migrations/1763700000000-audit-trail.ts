import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditTrail1763700000000 implements MigrationInterface {
  name = 'AuditTrail1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_chains (
        id text primary key,
        sequence bigint not null,
        head bytea not null
      );
      create table audit_events (
        id text primary key,
        chain_id text not null,
        sequence bigint not null,
        occurred_at timestamptz not null,
        actor_kind text not null,
        actor_id text not null,
        actor_label text not null,
        action text not null,
        resource_type text not null,
        resource_id text,
        project_id text,
        before jsonb,
        after jsonb,
        outcome text not null check (outcome in ('SUCCEEDED', 'REFUSED')),
        ip text,
        user_agent text,
        request_id text not null,
        previous_hash bytea not null,
        hash bytea not null,
        unique (chain_id, sequence)
      );
      create index audit_events_by_action on audit_events (chain_id, action, sequence);

      create function audit_events_are_kept() returns trigger language plpgsql as $$
      begin
        raise exception 'audit events are never changed or removed';
      end $$;
      create trigger audit_events_are_kept before update or delete or truncate on audit_events
        for each statement execute function audit_events_are_kept();

      create table idempotency_keys (
        actor text not null,
        key text not null,
        operation text not null,
        input_digest bytea not null,
        result jsonb,
        created_at timestamptz not null default now(),
        primary key (actor, key)
      );
      create index idempotency_keys_by_age on idempotency_keys (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table idempotency_keys;
      drop table audit_events;
      drop function audit_events_are_kept;
      drop table audit_chains;
    `);
  }
}
