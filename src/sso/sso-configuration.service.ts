import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { DomainService } from '../organizations/domains/domain.service.js';
import type { Domain } from '../organizations/domains/domain.types.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { Cipher } from '../platform/crypto/cipher.js';
import { randomId } from '../platform/crypto/digest.js';
import { Secret } from '../platform/crypto/secret.js';
import { Database, type Tx } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Actor } from '../policy/actor.js';
import { ProviderInspectionService } from './provider-inspection.service.js';
import { vendors } from './providers/providers.js';
import { secretPlace } from './secret-place.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';
import { ssoConnectionCreated, ssoConnectionUpdated } from './sso-connection.events.js';
import { toConnection } from './sso-connection.mapping.js';
import type { SsoConnection, SsoConnectionState, SupportedSsoProvider } from './sso-connection.types.js';
import { clientFrom, issuerFrom, refuseSecretForAnother, supported, type SsoSettings } from './sso-settings.js';

/** Sets a connection up: checks what was typed against the provider itself before anything is kept. */
@Injectable()
export class SsoConfigurationService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly domains: DomainService,
    private readonly inspection: ProviderInspectionService,
    private readonly cipher: Cipher,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Makes the connection of a domain and a vendor, or changes it. The provider has up to four seconds to answer for its issuer.
   * Nothing is kept on any failure.
   * @throws ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED; VALIDATION_FAILED; ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE,
   *   ISSUER_MISMATCH; RATE_LIMITED; CONFLICT when somebody else has changed the connection meanwhile
   */
  async configure(actor: Actor, organizationId: string, settings: SsoSettings): Promise<SsoConnection> {
    await this.organizations.refuseUnlessEntitled(organizationId, 'sso');
    const domain = await this.domains.get(settings.domainId);
    if (domain.status !== 'VERIFIED') throw new AppError('DOMAIN_NOT_VERIFIED');
    const provider = supported(settings.provider);
    const kept = await this.database.reader.findOneBy(SsoConnectionEntity, {
      organizationId,
      domainId: domain.id,
      provider,
    });
    const issuer = issuerFrom(settings, provider, kept);
    refuseSecretForAnother(issuer, settings, kept);
    const offered = await this.inspection.inspect(organizationId, vendors[provider], issuer);
    const client = clientFrom(settings, provider, kept, offered);

    const id = kept?.id ?? randomId();
    const now = this.clock.now();
    const row: SsoConnectionEntity = {
      id,
      organizationId,
      domainId: domain.id,
      key: keyOf(domain, provider),
      provider,
      ...client,
      state: stateAfter(kept, settings),
      issuer,
      clientSecret: this.encrypted(settings.clientSecret ?? null, id) ?? kept?.clientSecret ?? null,
      createdAt: kept?.createdAt ?? now,
      updatedAt: now,
    };
    const connection = toConnection(row, this.config.rootUrl);
    await this.database.transaction(async (tx) => {
      if (kept) await this.replace(tx, actor, kept, row);
      else await this.add(tx, actor, row);
    });
    return connection;
  }

  private async add(tx: Tx, actor: Actor, row: SsoConnectionEntity): Promise<void> {
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(SsoConnectionEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) throw changedMeanwhile();
    await this.audit.record(tx, actor, ssoConnectionCreated, toConnection(row, this.config.rootUrl));
  }

  /** What was checked (the issuer that the kept secret belongs to, above all) must still be what is replaced. */
  private async replace(tx: Tx, actor: Actor, kept: SsoConnectionEntity, row: SsoConnectionEntity): Promise<void> {
    const where = { id: kept.id, organizationId: kept.organizationId };
    const current = await tx.findOne(SsoConnectionEntity, { where, lock: { mode: 'pessimistic_write' } });
    if (!current || !isSame(current, kept)) throw changedMeanwhile();
    await tx.update(SsoConnectionEntity, where, row);
    await this.audit.record(tx, actor, ssoConnectionUpdated, {
      before: toConnection(kept, this.config.rootUrl),
      after: toConnection(row, this.config.rootUrl),
      secretReplaced: row.clientSecret !== kept.clientSecret,
    });
  }

  private encrypted(secret: string | null, connectionId: string): string | null {
    return secret === null ? null : this.cipher.encrypt(Secret.of(secret), secretPlace(connectionId));
  }
}

function keyOf(domain: Domain, provider: SupportedSsoProvider): string {
  return `${domain.name}.${vendors[provider].keySuffix}`;
}

/** Saving a connection that is enforced does not quietly end its enforcement. */
function stateAfter(kept: SsoConnectionEntity | null, { activate }: SsoSettings): SsoConnectionState {
  if (!activate) return 'DRAFT';
  return kept?.state === 'ENFORCED' ? 'ENFORCED' : 'ACTIVE';
}

/** Two encryptions of one secret differ, so this finds any change of it, also within a millisecond. */
function isSame(one: SsoConnectionEntity, other: SsoConnectionEntity): boolean {
  return (
    one.updatedAt.getTime() === other.updatedAt.getTime() &&
    one.issuer === other.issuer &&
    one.clientSecret === other.clientSecret
  );
}

function changedMeanwhile(): AppError {
  return new AppError('CONFLICT', {
    message: 'Somebody else has changed this connection meanwhile. Look at it again.',
  });
}
