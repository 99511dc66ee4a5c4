import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { ConfigError } from '../../platform/config/config-error.js';
import { Config } from '../../platform/config/config.js';
import { canonicalHostName } from '../../platform/dns/host-name.js';
import { SignInSourceService, type UsableConnection } from './sign-in-source.service.js';

/** That the people of a domain may not use a password. */
export interface Enforcement {
  /** `connection`: they sign in through it and in no other way. `configuration`: any provider of the instance will do. */
  readonly by: 'connection' | 'configuration';
  /** Where they can sign in; null where nothing is known that would take them. */
  readonly loginUrl: string | null;
  readonly organizationId: string | null;
}

export interface Ways {
  /** The enforced connections, else all in use; the newest first. */
  readonly choices: readonly UsableConnection[];
  readonly enforcement: Enforcement | null;
}

/** Finds out by the domain of an email how its people sign in. Domains are given as `parseEmailAddress` does. */
@Injectable()
export class SsoDiscoveryService {
  private readonly enforcedDomains: ReadonlySet<string>;

  constructor(
    private readonly sources: SignInSourceService,
    private readonly domains: DomainService,
    config: Config,
  ) {
    this.enforcedDomains = new Set(config.enforcedDomains.map(canonicalDomain));
  }

  /** How a domain's people sign in, read once: what they choose from, and whether a password counts. */
  async waysOf(domain: string): Promise<Ways> {
    const verified = await this.domains.findVerified(domain);
    const usable = verified ? await this.sources.usableOn(verified) : [];
    const enforced = usable.filter((connection) => connection.enforced);
    const choices = enforced.length > 0 ? enforced : usable;
    return { choices, enforcement: this.enforcementBy(domain, choices[0]) };
  }

  /** Null: a password is as good as anything else. */
  async enforcementFor(domain: string): Promise<Enforcement | null> {
    return (await this.waysOf(domain)).enforcement;
  }

  /** What the operator has put into the configuration: asked at every request, so without a statement. */
  isConfigured(domain: string): boolean {
    return this.enforcedDomains.has(domain);
  }

  private enforcementBy(domain: string, found: UsableConnection | undefined): Enforcement | null {
    const organizationId = found?.source.organizationId ?? null;
    if (found?.enforced) return { by: 'connection', loginUrl: found.source.loginUrl, organizationId };
    if (!this.isConfigured(domain)) return null;
    return { by: 'configuration', loginUrl: found?.source.loginUrl ?? this.providerFor(domain), organizationId };
  }

  /** A provider of the instance that is meant for this domain. */
  private providerFor(domain: string): string | null {
    return this.sources.configured().find(({ allowedDomains }) => allowedDomains.includes(domain))?.loginUrl ?? null;
  }
}

function canonicalDomain(domain: string): string {
  const name = canonicalHostName(domain.trim());
  if (name === null) throw new ConfigError('AUTH_DOMAINS_WITH_SSO_ENFORCEMENT', 'a comma-separated list of domains');
  return name;
}
