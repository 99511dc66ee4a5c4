import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { randomId, randomToken, sha256 } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { rememberShownOnce } from '../../platform/database/idempotency.js';
import type { Row } from '../../platform/database/row.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { SsoCandidateEntity } from '../connections/sso-candidate.entity.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import { ssoTestFinished, ssoTestStarted } from './sso-test.events.js';
import { SsoTestRunEntity } from './sso-test-run.entity.js';
import type { SsoTestReport, SsoTestRun, TestOutcome } from './sso-test.types.js';

const RUNS_WITHIN_MINUTES = 30;

/** What a test found tells of a person, and is not kept for longer than it is of use. */
const KEPT_DAYS = 30;
const SWEPT_AT_ONCE = 100;

rememberShownOnce('testUrl');

/** Test sign-ins of connections: asked for here, run by a browser, and kept with what they found. */
@Injectable()
export class SsoTestService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Prepares a test of the connection's candidate; where it has none, of the connection as it is, in use or not.
   * @returns the address that runs it, once and within half an hour, for whoever it is given to
   * @throws NOT_FOUND
   */
  start(actor: Actor, organizationId: string, connectionId: string): Promise<{ testUrl: string; run: SsoTestRun }> {
    return this.database.transaction(async (tx) => {
      const connection = await tx.findOneBy(SsoConnectionEntity, { id: connectionId, organizationId });
      if (!connection) throw new AppError('NOT_FOUND');
      const candidate = await tx.findOneBy(SsoCandidateEntity, { connectionId, organizationId });
      await this.sweep(tx);
      const token = randomToken();
      const row: SsoTestRunEntity = {
        id: randomId(),
        organizationId,
        connectionId,
        revision: (candidate ?? connection).revision,
        ofCandidate: candidate !== null,
        setupLinkId: actor.kind === 'setupLink' ? actor.id : null,
        tokenDigest: sha256(token),
        startedAt: this.clock.now(),
        expiresAt: this.clock.inMinutes(RUNS_WITHIN_MINUTES),
        finishedAt: null,
        passed: null,
        report: null,
      };
      await tx.insert(SsoTestRunEntity, row);
      await this.audit.record(tx, actor, ssoTestStarted, row);
      return { testUrl: `${this.config.rootUrl}/sso-test/${token}`, run: this.toRun(row) };
    });
  }

  /** The latest of each connection. In one statement, however many. */
  async latestOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, SsoTestRun>> {
    const rows = await this.database.reader
      .createQueryBuilder(SsoTestRunEntity, 'run')
      .distinctOn(['run.connection_id'])
      .where('run.connection_id = any(:ids)', { ids: [...connectionIds] })
      .orderBy('run.connection_id')
      .addOrderBy('run.started_at', 'DESC')
      .getMany();
    return new Map(rows.map((row) => [row.connectionId, this.toRun(row)]));
  }

  /** Ends the tests that were asked for by a setup link and have not been run: their addresses are worth nothing from here on. */
  async callOff(tx: Tx, organizationId: string, setupLinkId: string): Promise<void> {
    await tx.delete(SsoTestRunEntity, { organizationId, setupLinkId, finishedAt: IsNull() });
  }

  /** By the token of its address; null for none. */
  async findByToken(token: string): Promise<SsoTestRun | null> {
    const row = await this.database.reader.findOneBy(SsoTestRunEntity, { tokenDigest: sha256(token) });
    return row && this.toRun(row);
  }

  async findById(id: string): Promise<SsoTestRun | null> {
    const row = await this.database.reader.findOneBy(SsoTestRunEntity, { id });
    return row && this.toRun(row);
  }

  /**
   * Keeps what a run found. One that passed proves the settings that it was run with, if they are still the same; a draft
   * is TESTED then. A run that is finished stays as it is.
   */
  finish(actor: Actor, { id, organizationId }: SsoTestRun, report: SsoTestReport): Promise<void> {
    const passed = report.reason === null;
    return this.database.transaction(async (tx) => {
      const where = { id, organizationId };
      const row: Row<SsoTestRunEntity> | null = await tx.findOne(SsoTestRunEntity, {
        where,
        lock: { mode: 'pessimistic_write' },
      });
      if (row?.finishedAt !== null) return;
      await tx.update(SsoTestRunEntity, where, { finishedAt: this.clock.now(), passed, report });
      if (passed) await this.markTested(tx, row);
      await this.audit.record(tx, actor, ssoTestFinished, { ...row, passed, reason: report.reason });
    });
  }

  private async markTested(tx: Tx, { connectionId, organizationId, revision }: Row<SsoTestRunEntity>): Promise<void> {
    const testedAt = this.clock.now();
    await tx.update(SsoCandidateEntity, { connectionId, organizationId, revision }, { testedAt });
    const connection = { id: connectionId, organizationId, revision };
    await tx.update(SsoConnectionEntity, connection, { testedAt, updatedAt: testedAt });
    await tx.update(SsoConnectionEntity, { ...connection, state: 'DRAFT' }, { state: 'TESTED' });
  }

  private async sweep(tx: Tx): Promise<void> {
    await tx.query(
      `delete from sso_test_runs where id in
         (select id from sso_test_runs where started_at < $1 limit ${SWEPT_AT_ONCE} for update skip locked)`,
      [this.clock.inMinutes(-KEPT_DAYS * 24 * 60)],
    );
  }

  private toRun(row: SsoTestRunEntity): SsoTestRun {
    const { id, organizationId, connectionId, ofCandidate, setupLinkId, startedAt, expiresAt, finishedAt, report } =
      row;
    return {
      id,
      organizationId,
      connectionId,
      ofCandidate,
      setupLinkId,
      outcome: this.outcomeOf(row),
      startedAt,
      expiresAt,
      finishedAt,
      report: report as SsoTestReport | null,
    };
  }

  private outcomeOf({ passed, expiresAt }: SsoTestRunEntity): TestOutcome {
    if (passed !== null) return passed ? 'PASSED' : 'FAILED';
    return expiresAt <= this.clock.now() ? 'EXPIRED' : 'PENDING';
  }
}
