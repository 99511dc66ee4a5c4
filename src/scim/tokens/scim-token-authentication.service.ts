import { Injectable } from '@nestjs/common';
import type { Identity } from '../../access/access.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { sha256 } from '../../platform/crypto/digest.js';
import { PreparedStatements, type PreparedStatement } from '../../platform/database/prepared-statements.js';
import { AppError } from '../../platform/errors/app-error.js';
import { networkOf } from '../../platform/http/network.js';
import { AttemptCounter } from '../../platform/throttle/attempt-counter.js';
import type { Origin } from '../../policy/actor.js';
import { contentsOf, isPlan } from '../../policy/plans.js';
import type { ProvisionedRole } from '../scim-client.types.js';
import { permissionsOfToken } from './scim-token-grant.js';
import { isScimToken } from './scim-token-text.js';
import { ScimTokenUsage } from './scim-token-usage.service.js';

/** So many unknown tokens from one network nobody has to wait for. */
const FREE_PER_NETWORK = 100;

/** Whose token was shown. */
export interface ProvenDirectory {
  readonly identity: Identity;
  readonly tokenId: string;
  readonly organizationId: string;
  readonly role: ProvisionedRole;
}

interface StoredToken {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: ProvisionedRole;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly plan: string;
}

const byDigest: PreparedStatement = {
  name: 'scim-token-by-digest',
  text: `
    select token.id, token.organization_id as "organizationId", token.name, token.role, token.expires_at as "expiresAt",
           token.last_used_at as "lastUsedAt", token.revoked_at as "revokedAt", organization.plan
    from scim_tokens token join organizations organization on organization.id = token.organization_id
    where token.secret_digest = $1`,
};

/** Which directory calls. Its token is read from the database each time, so that its end counts at the next call everywhere. */
@Injectable()
export class ScimTokenAuthentication {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly attempts: AttemptCounter,
    private readonly usage: ScimTokenUsage,
    private readonly clock: Clock,
  ) {}

  /**
   * @param authorization the header: `Bearer scim-gh-…` (RFC 6750)
   * @throws UNAUTHENTICATED in one wording for whatever is no token that works, with the reason in the log alone;
   *   RATE_LIMITED with `retryAfterSeconds` where many unknown ones have come from a network
   */
  async identify(authorization: string, origin: Origin): Promise<ProvenDirectory> {
    const presented = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? '';
    if (!isScimToken(presented)) throw refused('no SCIM token, or a mistyped one');
    const token = await this.statements.first<StoredToken>(byDigest, [sha256(presented)]);
    if (!token) throw await this.unknown(origin);
    const now = this.clock.now();
    const objection = objectionTo(token, now);
    if (objection !== null) throw refused(`${objection}: ${token.id}`);
    this.usage.note(token, now);
    const { id, organizationId, name, role } = token;
    const grant = { organizationId, projectId: null, permissions: permissionsOfToken() };
    const identity: Identity = { kind: 'scimToken', id, label: `SCIM token "${name}"`, grant };
    return { identity, tokenId: id, organizationId, role };
  }

  /** It has a right checksum, so somebody made it up, or it is of an organization that is gone. */
  private async unknown(origin: Origin): Promise<AppError> {
    const key = `unknown SCIM tokens from ${networkOf(origin.ip)}`;
    const retryAfterSeconds = await this.attempts.count([{ key, free: FREE_PER_NETWORK }]);
    if (retryAfterSeconds === null) return refused('an unknown SCIM token');
    return new AppError('RATE_LIMITED', { facts: { retryAfterSeconds } });
  }
}

function objectionTo({ revokedAt, expiresAt, plan }: StoredToken, now: Date): string | null {
  if (revokedAt !== null) return 'a revoked SCIM token';
  if (expiresAt !== null && expiresAt <= now) return 'an expired SCIM token';
  if (!isPlan(plan) || !contentsOf(plan).scim) return `a SCIM token of an organization with the plan ${plan}`;
  return null;
}

const refused = (detail: string): AppError =>
  new AppError('UNAUTHENTICATED', { message: 'The Authorization header holds no valid SCIM token.', detail });
