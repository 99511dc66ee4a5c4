import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DomainService } from '../organizations/domains/domain.service.js';
import type { VerifiedDomain } from '../organizations/domains/domain.types.js';
import { Config } from '../platform/config/config.js';
import { Cipher } from '../platform/crypto/cipher.js';
import { Database } from '../platform/database/database.js';
import { OutboundHttp } from '../platform/http/outbound.js';
import { connectionSource } from './connection-source.js';
import { providerSource } from './provider-source.js';
import type { SignInSource } from './sign-in-source.types.js';
import type { StoredSettings } from './secret-place.js';
import { SsoCandidateEntity } from './sso-candidate.entity.js';
import { SsoConnectionEntity } from './sso-connection.entity.js';

/** A connection that is in use, and whether the people of its domain can sign in no other way. */
export interface UsableConnection {
  readonly source: SignInSource;
  readonly enforced: boolean;
}

const usableStates = ['ACTIVE', 'ENFORCED'] as const;

/** Every way to sign in through somebody else, by its key. */
@Injectable()
export class SignInSourceService {
  private readonly providers: readonly SignInSource[];

  /** @throws ConfigError for a configured provider that cannot work */
  constructor(
    private readonly database: Database,
    private readonly domains: DomainService,
    private readonly cipher: Cipher,
    private readonly config: Config,
    outbound: OutboundHttp,
  ) {
    this.providers = config.providers.map((provider) => providerSource(provider, config.rootUrl, outbound));
  }

  /** The providers of the whole instance, as the sign-in page offers them. */
  configured(): readonly SignInSource[] {
    return this.providers;
  }

  /** Null also for a connection that is not in use, or whose domain its organization has not proven. */
  async findByKey(key: string): Promise<SignInSource | null> {
    const provider = this.providers.find((candidate) => candidate.key === key);
    if (provider) return provider;
    const domain = await this.domainIn(key);
    const usable = domain ? await this.usableOn(domain) : [];
    return usable.find(({ source }) => source.key === key)?.source ?? null;
  }

  /** The providers and connections in use, by the source that their identities name. In two statements, however many. */
  async byIdentitySource(identitySources: readonly string[]): Promise<ReadonlyMap<string, SignInSource>> {
    const connections = await this.database.reader.findBy(SsoConnectionEntity, {
      id: In([...identitySources]),
      state: In([...usableStates]),
    });
    const domains = await this.domains.listVerifiedByIds(connections.map(({ domainId }) => domainId));
    const found = connections.flatMap((row) => {
      const domain = domains.find(({ id }) => id === row.domainId);
      return domain ? [this.sourceOf(row, domain)] : [];
    });
    return new Map([...this.providers, ...found].map((source) => [source.identitySource, source]));
  }

  /** Whose trail tells of sign-ins at this key: the organization of the connection, be it in use or not. */
  async organizationOf(key: string): Promise<string | null> {
    const domain = await this.domainIn(key);
    const connection =
      domain && (await this.database.reader.findOneBy(SsoConnectionEntity, { domainId: domain.id, key }));
    return connection?.organizationId ?? null;
  }

  /**
   * A connection as a test tries it: with its candidate's settings, else with its own, in use or not. Null for none, and
   * where its organization has not proven the domain.
   */
  async underTest(connectionId: string): Promise<SignInSource | null> {
    const row = await this.database.reader.findOneBy(SsoConnectionEntity, { id: connectionId });
    const [domain] = row ? await this.domains.listVerifiedByIds([row.domainId]) : [];
    return row && domain ? this.triedSourceOf(row, domain) : null;
  }

  async underTestByKey(key: string): Promise<SignInSource | null> {
    const domain = await this.domainIn(key);
    if (!domain) return null;
    const row = await this.database.reader.findOneBy(SsoConnectionEntity, { domainId: domain.id, key });
    return row ? this.triedSourceOf(row, domain) : null;
  }

  /** The connections in use on a verified domain: the enforced one first, then the newest. */
  async usableOn(domain: VerifiedDomain): Promise<UsableConnection[]> {
    const rows = await this.database.reader.find(SsoConnectionEntity, {
      where: { domainId: domain.id, state: In([...usableStates]) },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
    const usable = rows.map((row) => ({ source: this.sourceOf(row, domain), enforced: row.state === 'ENFORCED' }));
    return [...usable.filter(({ enforced }) => enforced), ...usable.filter(({ enforced }) => !enforced)];
  }

  /** The domain at the start of a connection's key, where somebody has proven it. A provider's key has no dot. */
  private async domainIn(key: string): Promise<VerifiedDomain | null> {
    const name = /^([a-z0-9.-]{1,253})\.[a-z0-9-]+$/.exec(key)?.[1];
    return name === undefined ? null : this.domains.findVerified(name);
  }

  private async triedSourceOf(row: SsoConnectionEntity, domain: VerifiedDomain): Promise<SignInSource> {
    const candidate = await this.database.reader.findOneBy(SsoCandidateEntity, { connectionId: row.id });
    return this.sourceOf(row, domain, candidate ?? row);
  }

  private sourceOf(row: SsoConnectionEntity, domain: VerifiedDomain, settings: StoredSettings = row): SignInSource {
    return connectionSource(row, domain, { rootUrl: this.config.rootUrl, cipher: this.cipher }, settings);
  }
}
