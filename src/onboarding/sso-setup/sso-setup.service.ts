import { Injectable } from '@nestjs/common';
import { DomainCheck } from '../../organizations/domains/domain-check.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { Domain, ProofPlace } from '../../organizations/domains/domain.types.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { AttemptCounter } from '../../platform/throttle/attempt-counter.js';
import { ConnectionDomains } from '../../sso/domains/connection-domain.service.js';
import { SsoConfigurationService } from '../../sso/configuration/sso-configuration.service.js';
import { SsoConnectionService } from '../../sso/connections/sso-connection.service.js';
import type { SsoConnection } from '../../sso/connections/sso-connection.types.js';
import { SsoTestService } from '../../sso/testing/sso-test.service.js';
import { SsoSetupLinkEntity } from './sso-setup-link.entity.js';
import type { SetupVisit } from './sso-setup-link.types.js';

/** What `configureSso` takes. */
type Settings = Parameters<SsoConfigurationService['configure']>[2];

/** A wrong name is soon typed, and a link is for a company with a few domains. */
const MOST_DOMAINS = 10;

/** That nobody has to wait for; then each waits twice as long. */
const FREE_NAMES = 30;
const FREE_SAVES = 30;
const FREE_TESTS = 30;

/** All that can be done by a setup link: each step is bound to its organization, its domains, and what is not in use. */
@Injectable()
export class SsoSetupService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptCounter,
    private readonly domains: DomainService,
    private readonly check: DomainCheck,
    private readonly configuration: SsoConfigurationService,
    private readonly connections: SsoConnectionService,
    private readonly connectionDomains: ConnectionDomains,
    private readonly tests: SsoTestService,
  ) {}

  /** The domains of the link, by name. The organization's others are not its business. */
  async domainsOf({ organizationId, domainIds }: SetupVisit): Promise<Domain[]> {
    return (await this.domains.list(organizationId)).filter(({ id }) => domainIds.includes(id));
  }

  /** @throws NOT_FOUND in the same words for a domain that is not the link's and for none */
  async getDomain(visit: SetupVisit, id: string): Promise<Domain> {
    const domain = (await this.domainsOf(visit)).find((candidate) => candidate.id === id);
    if (!domain) throw new AppError('NOT_FOUND');
    return domain;
  }

  /** The ways to prove a domain, any one of which is enough. */
  placesOf(domain: Domain): ProofPlace[] {
    return this.check.placesOf(domain);
  }

  /** Those of one of its domains, by key, that speak for no other domain than the link's. */
  async connectionsOf({ organizationId, domainIds }: SetupVisit, { id }: Domain): Promise<SsoConnection[]> {
    const ofDomain = (await this.connections.list(organizationId)).filter(({ domainId }) => domainId === id);
    const spoken = await this.connectionDomains.idsOf(ofDomain.map((connection) => connection.id));
    return ofDomain.filter((connection) =>
      spoken.get(connection.id)?.every((domainId) => domainIds.includes(domainId)),
    );
  }

  /**
   * Claims a domain, which the link is for from then on.
   * @throws NOT_FOUND by a link for one domain; VALIDATION_FAILED; CONFLICT; DOMAIN_TAKEN; PRECONDITION_FAILED; RATE_LIMITED
   */
  async addDomain({ actor, organizationId, linkId, mayAddDomains }: SetupVisit, name: string): Promise<Domain> {
    if (!mayAddDomains) throw new AppError('NOT_FOUND');
    await this.admit(`names by the setup link ${linkId}`, FREE_NAMES);
    return this.database.transaction(async (tx) => {
      const domain = await this.domains.add(actor, organizationId, name).catch(asForeign);
      const where = { id: linkId, organizationId };
      const link = await tx.findOne(SsoSetupLinkEntity, { where, lock: { mode: 'pessimistic_write' } });
      const added = [...(link?.addedDomainIds ?? []), domain.id];
      if (added.length > MOST_DOMAINS) throw tooMany();
      await tx.update(SsoSetupLinkEntity, where, { addedDomainIds: added });
      return domain;
    });
  }

  /** Looks for the record in DNS; a domain that is proven is left alone. @throws NOT_FOUND; DOMAIN_TAKEN; RATE_LIMITED */
  async checkDomain(visit: SetupVisit, id: string): Promise<Domain> {
    const domain = await this.getDomain(visit, id);
    return domain.status === 'VERIFIED' ? domain : this.check.look(visit.actor, visit.organizationId, id);
  }

  /**
   * Saves what was typed, as a draft; of an enforced connection as its candidate.
   * @throws NOT_FOUND; RATE_LIMITED; PRECONDITION_FAILED for a connection that others use; and what
   *   `SsoConfigurationService.configure` does
   */
  async configure(visit: SetupVisit, settings: Settings): Promise<SsoConnection> {
    await this.refuseShared(visit, await this.getDomain(visit, settings.domainId), settings);
    await this.admit(`saves by the setup link ${visit.linkId}`, FREE_SAVES);
    return this.configuration.configure(visit.actor, visit.organizationId, { ...settings, activate: false });
  }

  /** @returns the address that runs the test, once @throws NOT_FOUND; RATE_LIMITED */
  async startTest(visit: SetupVisit, connectionId: string): Promise<string> {
    const connections = await Promise.all(
      (await this.domainsOf(visit)).map((domain) => this.connectionsOf(visit, domain)),
    );
    if (!connections.flat().some(({ id }) => id === connectionId)) throw new AppError('NOT_FOUND');
    await this.admit(`tests by the setup link ${visit.linkId}`, FREE_TESTS);
    return (await this.tests.start(visit.actor, visit.organizationId, connectionId)).testUrl;
  }

  /** What a connection signs the people of other domains in with is not the link's business. */
  private async refuseShared(visit: SetupVisit, domain: Domain, { provider }: Settings): Promise<void> {
    const isIt = (connection: SsoConnection) => connection.domainId === domain.id && connection.provider === provider;
    const exists = (await this.connections.list(visit.organizationId)).some(isIt);
    if (!exists || (await this.connectionsOf(visit, domain)).some(isIt)) return;
    throw new AppError('PRECONDITION_FAILED', {
      message:
        'This connection is for other domains too, so a setup link cannot change it. Ask your contact to change it.',
    });
  }

  private async admit(key: string, free: number): Promise<void> {
    const retryAfterSeconds = await this.attempts.count([{ key, free }]);
    if (retryAfterSeconds !== null) throw new AppError('RATE_LIMITED', { facts: { retryAfterSeconds } });
  }
}

/** What the organization has already, is not told further than it takes to know whom to ask. */
function asForeign(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error;
  throw new AppError('CONFLICT', {
    cause: error,
    message:
      'This domain cannot be added here. If it is yours, ask your contact for a setup link for this very domain.',
  });
}

function tooMany(): AppError {
  return new AppError('PRECONDITION_FAILED', {
    message: `By one link ${MOST_DOMAINS} domains can be added. Ask your contact for another link.`,
  });
}
