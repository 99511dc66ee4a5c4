import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { Domain } from '../../organizations/domains/domain.types.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { randomId, randomToken, sha256 } from '../../platform/crypto/digest.js';
import { rowsOf, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { rememberShownOnce } from '../../platform/database/idempotency.js';
import type { Row } from '../../platform/database/row.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { Actor, Scope } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import type { ScopeLocator } from '../../policy/requires.decorator.js';
import { SsoSetupLinkSender } from './sso-setup-link-sender.service.js';
import { SsoSetupLinkEntity } from './sso-setup-link.entity.js';
import { ssoSetupLinkCreated } from './sso-setup-link.events.js';
import { toSetupLink } from './sso-setup-link.mapping.js';
import type { NewSsoSetupLink, SsoSetupLink } from './sso-setup-link.types.js';

const DAYS = 7;
const ONE_DAY_MS = 24 * 60 * 60_000;

rememberShownOnce('url');

/** Links for those who set single sign-on up without an account: made by members. */
@Injectable()
export class SsoSetupLinkService implements ScopeLocator {
  private readonly ofOrganization: BatchedReads<string, readonly SsoSetupLinkEntity[]>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly domains: DomainService,
    private readonly sender: SsoSetupLinkSender,
    private readonly clock: Clock,
  ) {
    this.ofOrganization = rowsOf(database, SsoSetupLinkEntity, 'organizationId');
  }

  async scopeOf(id: string): Promise<Scope | null> {
    const row = await this.database.reader.findOneBy(SsoSetupLinkEntity, { id });
    return row && { organizationId: row.organizationId, projectId: null };
  }

  /** Newest first; expired and revoked ones are among them. */
  async list(organizationId: string): Promise<SsoSetupLink[]> {
    const rows = await this.ofOrganization.load(organizationId);
    const domains = new Map((await this.domains.list(organizationId)).map((domain) => [domain.id, domain]));
    const links = rows.map((row) => toSetupLink(row, domains.get(row.domainId ?? '') ?? null, this.clock.now()));
    return links.sort((a, b) => (a.id > b.id ? -1 : 1));
  }

  /**
   * Makes a link for one domain; or, without one, for the domains that are added by it. It works until it expires or is
   * revoked, for whoever has it, so it lets nobody do more than its maker may.
   * @returns its address, which is shown this once
   * @throws NOT_FOUND for a domain of no or of another organization; FORBIDDEN without `domains.manage`;
   *   ENTITLEMENT_REQUIRED; VALIDATION_FAILED; STEP_UP_REQUIRED
   */
  async create(
    actor: Actor,
    organizationId: string,
    wish: NewSsoSetupLink,
  ): Promise<{ setupLink: SsoSetupLink; url: string }> {
    refuseStaleProof(actor, this.clock.now());
    await refuseWithoutDomains(actor, organizationId);
    await this.organizations.refuseUnlessEntitled(organizationId, 'sso');
    const sendTo = recipientIn(wish);
    const domain = await this.domainOf(organizationId, wish.domainId ?? null);
    const token = randomToken();
    const now = this.clock.now();
    const row: Row<SsoSetupLinkEntity> = {
      id: randomId(),
      organizationId,
      domainId: domain?.id ?? null,
      addedDomainIds: [],
      note: wish.note?.trim() ?? null,
      tokenDigest: sha256(token),
      createdBy: actor.label,
      createdById: actor.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + (wish.expiresInDays ?? DAYS) * ONE_DAY_MS),
      revokedAt: null,
      lastUsedAt: null,
      useCount: 0,
    };
    const setupLink = toSetupLink(row, domain, row.createdAt);
    const url = this.sender.addressOf(token);
    await this.database.transaction(async (tx) => {
      await tx.insert(SsoSetupLinkEntity, row);
      await this.audit.record(tx, actor, ssoSetupLinkCreated, { link: setupLink, sentTo: sendTo });
      if (sendTo !== null) await this.sender.send(tx, setupLink, sendTo, url);
    });
    return { setupLink, url };
  }

  /** @throws NOT_FOUND in the same words for a domain of another organization and for none */
  private async domainOf(organizationId: string, id: string | null): Promise<Domain | null> {
    if (id === null) return null;
    const domain = await this.domains.get(id);
    if (domain.organizationId !== organizationId) throw new AppError('NOT_FOUND');
    return domain;
  }
}

/** Whoever has the link adds or proves a domain by it. @throws FORBIDDEN */
async function refuseWithoutDomains(actor: Actor, organizationId: string): Promise<void> {
  const held = await actor.permissionsIn({ organizationId, projectId: null });
  if (!held.has('domains.manage')) throw new AppError('FORBIDDEN', { detail: 'needs domains.manage' });
}

/** @throws VALIDATION_FAILED */
function recipientIn({ sendTo = null }: NewSsoSetupLink): string | null {
  if (sendTo === null) return null;
  const email = parseEmailAddress(sendTo)?.address;
  if (email === undefined) throw invalid('sendTo', 'sendTo must be one email address, such as it@example.com.');
  return email;
}
