import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { MemberService } from '../../organizations/members/member.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { randomId, sha256 } from '../../platform/crypto/digest.js';
import { rowsOf, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { rememberShownOnce } from '../../platform/database/idempotency.js';
import type { Row } from '../../platform/database/row.js';
import { TenantRepository } from '../../platform/database/tenant-repository.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { refuseAnywhereBeyond } from '../../policy/granting.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { scimBase, type ProvisionedRole } from '../scim-client.types.js';
import { permissionsOfToken } from './scim-token-grant.js';
import { displayOf, issueScimToken } from './scim-token-text.js';
import { ScimTokenEntity } from './scim-token.entity.js';
import { scimTokenCreated, scimTokenRevoked } from './scim-token.events.js';
import { listLive } from './live-scim-tokens.js';
import type { Leak, NewScimToken, ScimToken } from './scim-token.types.js';

/** A directory has one, and two while one takes another's place. */
const MOST_LIVE = 10;

rememberShownOnce('token');

/** The tokens by which directories provision people: made and revoked by those who manage the organization. */
@Injectable()
export class ScimTokenService implements ScopeLocator {
  private readonly ofOrganization: BatchedReads<string, ScimTokenEntity[]>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.ofOrganization = rowsOf(database, ScimTokenEntity, 'organizationId');
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(ScimTokenEntity, { id });
    return row && { organizationId: row.organizationId, projectId: null };
  }

  /** Where a directory finds the protocol. */
  get baseUrl(): string {
    return scimBase(this.config);
  }

  /** Newest first; expired and revoked ones are among them. */
  async list(organizationId: string): Promise<ScimToken[]> {
    const rows = await this.ofOrganization.load(organizationId);
    return rows.map(toScimToken).sort((a, b) => (a.id > b.id ? -1 : 1));
  }

  /**
   * Whoever has the token may do what an ADMIN may, in the organization and each of its projects; so nobody makes one who
   * could not hand that on.
   * @returns the token itself, which is shown this once
   * @throws STEP_UP_REQUIRED; VALIDATION_FAILED for the role OWNER, or an `expiresAt` that has passed; CANNOT_GRANT;
   *   ENTITLEMENT_REQUIRED; PRECONDITION_FAILED where as many are in use as may be
   */
  async create(
    actor: Actor,
    organizationId: string,
    wish: NewScimToken,
  ): Promise<{ scimToken: ScimToken; token: string }> {
    const now = this.clock.now();
    refuseStaleProof(actor, now);
    const role = provisionedRole(wish.role ?? this.config.defaultOrganizationRole);
    const expiresAt = wish.expiresAt ?? null;
    if (expiresAt !== null && expiresAt <= now) throw invalid('expiresAt', 'expiresAt must lie in the future.');
    await refuseAnywhereBeyond(actor, { organizationId, projectId: null }, permissionsOfToken());

    const token = issueScimToken();
    const scimToken: ScimToken = {
      id: randomId(),
      organizationId,
      name: wish.name,
      display: displayOf(token),
      role,
      createdBy: actor.label,
      createdAt: now,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    };
    await this.database.transaction(async (tx) => {
      await this.members.takeTurns(tx, organizationId);
      await this.organizations.refuseUnlessEntitled(organizationId, 'scim');
      await refuseTooMany(tx, organizationId, now);
      const secretDigest = sha256(token.reveal());
      await tx.insert(ScimTokenEntity, { ...scimToken, secretDigest, createdById: actor.id });
      await this.audit.record(tx, actor, scimTokenCreated, scimToken);
    });
    return { scimToken, token: token.reveal() };
  }

  /**
   * From the next request on it is good for nothing. Whom its directory has brought stays. One that was revoked before stays
   * as it is.
   * @throws NOT_FOUND
   */
  revoke(actor: Actor, organizationId: string, id: string): Promise<ScimToken> {
    return this.database.transaction(async (tx) => {
      const revoked = await this.revokeIn(tx, actor, { id, organizationId });
      return revoked ?? toScimToken(await new TenantRepository(tx, ScimTokenEntity, organizationId).get({ id }));
    });
  }

  /**
   * As `revoke`, in the commit of whoever calls.
   * @returns null for one that was revoked before
   * @throws NOT_FOUND
   */
  async revokeIn(
    tx: Tx,
    actor: Actor,
    where: Pick<ScimToken, 'id' | 'organizationId'>,
    leak: Leak | null = null,
  ): Promise<ScimToken | null> {
    const row = await tx.findOne(ScimTokenEntity, { where, lock: { mode: 'pessimistic_write' } });
    if (!row) throw new AppError('NOT_FOUND');
    const before = toScimToken(row);
    if (before.revokedAt !== null) return null;
    const after = { ...before, revokedAt: this.clock.now() };
    await tx.update(ScimTokenEntity, where, { revokedAt: after.revokedAt });
    await this.audit.record(tx, actor, scimTokenRevoked, { before, after, leak });
    return after;
  }
}

/** An owner answers for the organization. Who comes from a directory becomes one by an owner's word alone. */
function provisionedRole(role: BuiltInRole): ProvisionedRole {
  if (role === 'OWNER') throw invalid('role', 'OWNER is given by an owner, not by a directory.');
  return role;
}

async function refuseTooMany(tx: Tx, organizationId: string, now: Date): Promise<void> {
  const live = await listLive(tx, organizationId, now);
  if (live.length < MOST_LIVE) return;
  throw new AppError('PRECONDITION_FAILED', {
    message: `${live.length} SCIM tokens are in use, and no more than ${MOST_LIVE} may be. Revoke one first.`,
  });
}

function toScimToken(row: Row<ScimTokenEntity>): ScimToken {
  const { id, organizationId, name, display, role, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = row;
  return { id, organizationId, name, display, role, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt };
}
