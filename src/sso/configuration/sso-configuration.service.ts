import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import type { Domain } from '../../organizations/domains/domain.types.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Config } from '../../platform/config/config.js';
import { randomId } from '../../platform/crypto/digest.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { ConnectionStore, editedIn, type Kept, type Shown } from '../connections/connection-store.service.js';
import { makeSamlKeyPair } from '../protocols/saml/saml-key-pair.js';
import { formOf } from '../providers/forms.js';
import type { StoredSettings } from '../connections/secret-place.js';
import { SettingsReader } from './settings-reader.service.js';
import { connectionKey } from '../sources/source-addresses.js';
import { toConnection } from '../connections/sso-connection.mapping.js';
import type { SsoConnection, SsoConnectionState } from '../connections/sso-connection.types.js';
import type { SsoSettings } from './sso-settings.js';

/** Sets a connection up: checks what was typed against the provider itself before anything is kept. */
@Injectable()
export class SsoConfigurationService {
  constructor(
    private readonly database: Database,
    private readonly organizations: OrganizationService,
    private readonly domains: DomainService,
    private readonly reader: SettingsReader,
    private readonly store: ConnectionStore,
    private readonly config: Config,
  ) {}

  /**
   * Makes the connection of a domain and a vendor, as a draft unless it is to be used at once; or changes it. What an
   * enforced connection signs people in with is not changed under them: the new settings wait as its candidate. The
   * provider has up to four seconds to answer for its issuer. Nothing is kept on any failure.
   * @throws ENTITLEMENT_REQUIRED; DOMAIN_NOT_VERIFIED; VALIDATION_FAILED; ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE,
   *   ISSUER_MISMATCH; RATE_LIMITED; CONFLICT when somebody else has changed the connection meanwhile;
   *   PRECONDITION_FAILED when a setup link would change what is in use
   */
  async configure(actor: Actor, organizationId: string, settings: SsoSettings): Promise<SsoConnection> {
    await this.organizations.refuseUnlessEntitled(organizationId, 'sso');
    const domain = await this.domains.get(settings.domainId);
    if (domain.status !== 'VERIFIED') throw new AppError('DOMAIN_NOT_VERIFIED');
    const { provider } = settings;
    const kept = await this.store.find(organizationId, domain.id, provider);
    if (actor.kind === 'setupLink') refuseInUse(kept);
    // What is left out stays as it was last saved.
    const base = kept && { ...kept.connection, ...settingsOf(editedIn(kept)) };
    const read =
      provider === 'SAML'
        ? await this.reader.saml(organizationId, settings, base, connectionKey(domain.name, 'saml'))
        : await this.reader.client(organizationId, settings, provider, base);
    const { typed } = read;
    const keyPair = provider === 'SAML' && !kept ? await makeSamlKeyPair() : null;

    const row = await this.database.transaction((tx) => {
      const shown = shownBy(actor, kept, read.shown);
      if (!kept) return this.store.add(tx, actor, { ...made(domain, settings), ...shown, keyPair }, typed);
      const change = { shown, typed, state: stateAfter(kept, settings) };
      return this.store.replace(tx, actor, kept, change);
    });
    return toConnection(row, this.config.rootUrl);
  }
}

function made(domain: Domain, { provider, activate }: SsoSettings) {
  return {
    id: randomId(),
    organizationId: domain.organizationId,
    domainId: domain.id,
    key: connectionKey(domain.name, formOf(provider).keySuffix),
    provider,
    state: activate ? ('ACTIVE' as const) : ('DRAFT' as const),
  };
}

/**
 * Whoever has a setup link is no member: what they save becomes of use when a member says so. Of an enforced connection
 * it is the candidate; an active one has none.
 */
function refuseInUse(kept: Kept | null): void {
  if (kept?.connection.state !== 'ACTIVE') return;
  throw new AppError('PRECONDITION_FAILED', {
    message: 'This connection is in use, so a setup link cannot change it. Ask your contact to change it.',
  });
}

/** What people read on their way to the provider is in use too, and no part of a candidate. */
function shownBy(actor: Actor, kept: Kept | null, typed: Shown): Shown {
  if (actor.kind !== 'setupLink' || kept?.connection.state !== 'ENFORCED') return typed;
  const { name, signOutAtProvider } = kept.connection;
  return { name, signOutAtProvider };
}

/** What an administrator's next edit starts from. */
function settingsOf(settings: StoredSettings) {
  const { issuer, clientId, clientSecret, clientSecretExpiresAt, clientAuthMethod, scopes, pkce, saml } = settings;
  return { issuer, clientId, clientSecret, clientSecretExpiresAt, clientAuthMethod, scopes, pkce, saml };
}

/** Saving a connection that is in use does not quietly end that. */
function stateAfter({ connection }: Kept, { activate }: SsoSettings): SsoConnectionState {
  if (connection.state === 'ENFORCED' || connection.state === 'ACTIVE') return connection.state;
  return activate ? 'ACTIVE' : connection.state;
}
