import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { VerifiedDomain } from '../../organizations/domains/domain.types.js';
import { Config } from '../../platform/config/config.js';
import { Cipher } from '../../platform/crypto/cipher.js';
import { Database } from '../../platform/database/database.js';
import { OutboundHttp } from '../../platform/http/outbound.js';
import { connectionSource } from './connection-source.js';
import { ConnectionDomainEntity } from '../domains/connection-domain.entity.js';
import { ConnectionDomains } from '../domains/connection-domain.service.js';
import { providerSource } from './provider-source.js';
import type { ConnectionOwner, SignInSource } from './sign-in-source.types.js';
import type { StoredSettings } from '../connections/secret-place.js';
import { SsoCandidateEntity } from '../connections/sso-candidate.entity.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';

/** A connection that is in use, and whether the people of its domain can sign in no other way. */
export interface UsableConnection {
  readonly source: SignInSource;
  readonly enforced: boolean;
}

export const usableStates = ['ACTIVE', 'ENFORCED'] as const;

/** Every way to sign in through somebody else, by its key. */
@Injectable()
export class SignInSourceService {
  private readonly providers: readonly SignInSource[];

  /** @throws ConfigError for a configured provider that cannot work */
  constructor(
    private readonly database: Database,
    private readonly domains: DomainService,
    private readonly connectionDomains: ConnectionDomains,
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

  /** The providers and connections in use, by the source that their identities name. In three statements, however many. */
  async byIdentitySource(identitySources: readonly string[]): Promise<ReadonlyMap<string, SignInSource>> {
    const rows = await this.database.reader.findBy(SsoConnectionEntity, {
      id: In([...identitySources]),
      state: In([...usableStates]),
    });
    const found = await this.sourcesOf(rows);
    return new Map([...this.providers, ...found].map((source) => [source.identitySource, source]));
  }

  /** Whose trail tells of sign-ins at this key: the organization of the connection, be it in use or not. Null for none. */
  async ownerOf(key: string): Promise<ConnectionOwner | null> {
    const domain = await this.domainIn(key);
    const connection =
      domain && (await this.database.reader.findOneBy(SsoConnectionEntity, { domainId: domain.id, key }));
    return connection && { organizationId: connection.organizationId, connectionId: connection.id };
  }

  /**
   * A connection as a test tries it: with its candidate's settings, else with its own, in use or not. Null for none, and
   * where its organization has not proven the domain.
   */
  async underTest(connectionId: string): Promise<SignInSource | null> {
    const row = await this.database.reader.findOneBy(SsoConnectionEntity, { id: connectionId });
    return row && this.triedSourceOf(row);
  }

  async underTestByKey(key: string): Promise<SignInSource | null> {
    const domain = await this.domainIn(key);
    if (!domain) return null;
    const row = await this.database.reader.findOneBy(SsoConnectionEntity, { domainId: domain.id, key });
    return row && this.triedSourceOf(row);
  }

  /** The connections in use that speak for a verified domain: the enforced ones first, then the newest. */
  async usableOn(domain: VerifiedDomain): Promise<UsableConnection[]> {
    const rows = await this.database.reader
      .createQueryBuilder(SsoConnectionEntity, 'connection')
      .innerJoin(ConnectionDomainEntity, 'spoken', 'spoken.connection_id = connection.id')
      .where('spoken.domain_id = :domainId', { domainId: domain.id })
      .andWhere('connection.state in (:...states)', { states: usableStates })
      .orderBy(`connection.state = 'ENFORCED'`, 'DESC')
      .addOrderBy('connection.created_at', 'DESC')
      .addOrderBy('connection.id', 'DESC')
      .getMany();
    const sources = await this.sourcesOf(rows, domain);
    return sources.map((source) => ({
      source,
      enforced: rows.some(({ id, state }) => id === source.connectionId && state === 'ENFORCED'),
    }));
  }

  /** The domain at the start of a connection's key, where somebody has proven it. A provider's key has no dot. */
  private async domainIn(key: string): Promise<VerifiedDomain | null> {
    const name = /^([a-z0-9.-]{1,253})\.[a-z0-9-]+$/.exec(key)?.[1];
    return name === undefined ? null : this.domains.findVerified(name);
  }

  /** Of the connections whose own domain, the one in the key, is proven. */
  private async sourcesOf(rows: readonly SsoConnectionEntity[], known?: VerifiedDomain): Promise<SignInSource[]> {
    const proven = await this.connectionDomains.provenOf(
      rows.map(({ id }) => id),
      known,
    );
    return rows.flatMap((row) => {
      const domains = proven.get(row.id) ?? [];
      return domains.some(({ id }) => id === row.domainId) ? [this.sourceOf(row, domains)] : [];
    });
  }

  private async triedSourceOf(row: SsoConnectionEntity): Promise<SignInSource | null> {
    const domains = (await this.connectionDomains.provenOf([row.id])).get(row.id) ?? [];
    if (!domains.some(({ id }) => id === row.domainId)) return null;
    const candidate = await this.database.reader.findOneBy(SsoCandidateEntity, { connectionId: row.id });
    return this.sourceOf(row, domains, candidate ?? row);
  }

  private sourceOf(
    row: SsoConnectionEntity,
    domains: readonly VerifiedDomain[],
    settings: StoredSettings = row,
  ): SignInSource {
    return connectionSource(row, domains, { rootUrl: this.config.rootUrl, cipher: this.cipher }, settings);
  }
}
