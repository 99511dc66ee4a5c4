import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoredOutcome, StoredStep, TracePurpose } from './sign-in-trace.types.js';

/** One attempt to sign in through somebody else: a row from when it begins, and written once more when it ends. */
@Entity('sign_in_traces')
export class SignInTraceEntity {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** Null for a provider of the instance, as the next is. */
  @Column({ type: 'text', name: 'organization_id', nullable: true })
  organizationId!: string | null;

  /** Null also once the connection is deleted. */
  @Column({ type: 'text', name: 'connection_id', nullable: true })
  connectionId!: string | null;

  @Column({ type: 'text', name: 'connection_key' })
  connectionKey!: string;

  @Column({ type: 'text' })
  purpose!: TracePurpose;

  @Column({ type: 'text', name: 'test_run_id', nullable: true })
  testRunId!: string | null;

  /** Null where nothing was begun, and something came back all the same. */
  @Column({ type: 'text', name: 'begin_request_id', nullable: true })
  beginRequestId!: string | null;

  @Column({ type: 'text', name: 'callback_request_id', nullable: true })
  callbackRequestId!: string | null;

  @Column({ type: 'text', name: 'redirect_uri', nullable: true })
  redirectUri!: string | null;

  @Column({ type: 'timestamptz', name: 'begun_at' })
  begunAt!: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column({ type: 'text' })
  outcome!: StoredOutcome;

  /** As on the trail, as the next is. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', nullable: true })
  detail!: string | null;

  /** As claimed; canonical where it could be read. */
  @Column({ type: 'text', nullable: true })
  email!: string | null;

  @Column({ type: 'jsonb' })
  steps!: readonly StoredStep[];
}
