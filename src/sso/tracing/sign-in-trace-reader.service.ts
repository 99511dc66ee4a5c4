import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { mapNodes, type Connection, type PageRequest } from '../../platform/graphql/connection.js';
import { NestedList } from '../../platform/graphql/nested-list.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Scope } from '../../policy/actor.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { SignInTraceEntity } from './sign-in-trace.entity.js';
import { toTrace } from './sign-in-trace.mapping.js';
import { ATTEMPT_MINUTES, type SignInTrace, type TraceOutcome } from './sign-in-trace.types.js';

/** The scope of what belongs to no organization: its name is the instance's, which its administrators alone may read in. */
const INSTANCE = 'instance';

export interface TraceFilter {
  readonly connectionId?: string | null | undefined;
  readonly outcome?: TraceOutcome | null | undefined;
  readonly email?: string | null | undefined;
}

/** What is null is not asked for. */
interface Wanted extends Readonly<Record<'connectionId' | 'outcome' | 'email', string | null>> {
  readonly organizationId: string;
  /** What was begun by then, and is still under way, is abandoned. */
  readonly abandoned: Date;
}

/** Reads traces: page by page, and by the reference that a person was shown. */
@Injectable()
export class SignInTraceReader implements ScopeLocator {
  private readonly wanted: NestedList<Wanted, SignInTraceEntity>;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.wanted = new NestedList(database, {
      rows: SignInTraceEntity,
      as: 'trace',
      parent: {
        organizationId: 'text',
        connectionId: 'text',
        email: 'text',
        outcome: 'text',
        abandoned: 'timestamptz',
      },
      where: `trace.organization_id = parent."organizationId"
        and (parent."connectionId" is null or trace.connection_id = parent."connectionId")
        and (parent.email is null or trace.email = parent.email)
        and (parent.outcome is null or parent.outcome = case
          when trace.outcome = 'UNDER_WAY' and trace.begun_at <= parent.abandoned then 'ABANDONED' else trace.outcome end)`,
      order: { column: 'trace.id', of: ({ id }) => id, direction: 'DESC' },
    });
  }

  /** Of the trace that has a reference. */
  async scopeOf(reference: string): Promise<Scope | null> {
    const row = await this.rowOf(reference);
    return row && { organizationId: row.organizationId ?? INSTANCE, projectId: null };
  }

  /** @throws NOT_FOUND */
  async get(reference: string): Promise<SignInTrace> {
    const row = await this.rowOf(reference);
    if (!row) throw new AppError('NOT_FOUND');
    return toTrace(row, this.clock.now());
  }

  /** An organization's, newest first. */
  async list(organizationId: string, request: PageRequest, filter: TraceFilter): Promise<Connection<SignInTrace>> {
    const { connectionId, email, outcome } = filter;
    const wanted = {
      organizationId,
      connectionId: given(connectionId),
      email: given(email && canonical(email)),
      outcome: outcome ?? null,
      abandoned: this.clock.inMinutes(-ATTEMPT_MINUTES),
    };
    return mapNodes(await this.wanted.page(wanted, request), (row) => toTrace(row, this.clock.now()));
  }

  /** The latest of each test sign-in. In one statement, however many. */
  async ofTests(testRunIds: readonly string[]): Promise<ReadonlyMap<string, SignInTrace>> {
    const rows = await this.query()
      .distinctOn(['trace.test_run_id'])
      .where('trace.test_run_id = any(:ids)', { ids: [...testRunIds] })
      .orderBy('trace.test_run_id')
      .addOrderBy('trace.id', 'DESC')
      .getMany();
    return new Map(rows.map((row) => [row.testRunId ?? '', toTrace(row, this.clock.now())]));
  }

  /**
   * A visitor's proxy may choose the id of a request, so two attempts can have the same one. Whichever had it first is
   * meant: nobody can put another in front of what somebody was shown.
   */
  private rowOf(reference: string): Promise<SignInTraceEntity | null> {
    return this.query()
      .where('trace.begin_request_id = :reference or trace.callback_request_id = :reference', { reference })
      .orderBy('case when trace.callback_request_id = :reference then trace.finished_at else trace.begun_at end')
      .addOrderBy('trace.id')
      .limit(1)
      .getOne();
  }

  private query(): SelectQueryBuilder<SignInTraceEntity> {
    return this.database.reader.createQueryBuilder(SignInTraceEntity, 'trace');
  }
}

/** An empty field of a form asks for nothing. */
const given = (asked: string | null | undefined): string | null => (asked === '' ? null : (asked ?? null));

/** What is no email is looked for as it is: a provider may have sent it so. */
const canonical = (email: string): string => parseEmailAddress(email)?.address ?? email;
