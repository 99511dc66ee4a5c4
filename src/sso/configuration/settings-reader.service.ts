import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import type { Row } from '../../platform/database/row.js';
import { invalid } from '../../platform/errors/app-error.js';
import type { Change } from '../connections/connection-store.service.js';
import { ProviderInspectionService } from './provider-inspection.service.js';
import { vendors } from '../providers/providers.js';
import { samlFrom } from '../saml/saml-settings.js';
import type { SamlIdentityProvider } from '../saml/saml-identity-provider.types.js';
import { guideValuesOf } from '../sources/source-addresses.js';
import type { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { CodeProvider } from '../connections/sso-connection.types.js';
import { clientFrom, issuerFrom, refuseSecretForAnother, secretExpiryFrom, type SsoSettings } from './sso-settings.js';

/** What was saved before, and is kept where nothing else is typed; null on a new connection. */
type Base = Row<SsoConnectionEntity> | null;
type ReadSettings = Pick<Change, 'shown' | 'typed'>;

/** Turns what an administrator types into settings, and asks the provider whether they can be right. */
@Injectable()
export class SettingsReader {
  constructor(
    private readonly inspection: ProviderInspectionService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Of a provider that gives a code. @throws VALIDATION_FAILED; ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE, ISSUER_MISMATCH */
  async client(
    organizationId: string,
    settings: SsoSettings,
    provider: CodeProvider,
    base: Base,
  ): Promise<ReadSettings> {
    if (settings.saml) throw invalid('saml', `saml is for the provider SAML, and ${provider} is another.`);
    const issuer = issuerFrom(settings, provider, base);
    refuseSecretForAnother(issuer, settings, base);
    const offered = await this.inspection.inspect(organizationId, vendors[provider], issuer);
    const { name, signOutAtProvider, ...client } = clientFrom(settings, provider, base, offered);
    const secret = {
      clientSecret: settings.clientSecret ?? null,
      clientSecretExpiresAt: secretExpiryFrom(settings, base, this.clock.now()),
    };
    return { shown: { name, signOutAtProvider }, typed: { issuer, ...client, ...secret, saml: null } };
  }

  /** Of a SAML identity provider. It knows us by the address of our metadata. @throws as `client` */
  async saml(organizationId: string, settings: SsoSettings, base: Base, key: string): Promise<ReadSettings> {
    refuseClientFields(settings);
    const kept = base?.saml ? { issuer: base.issuer, saml: base.saml as SamlIdentityProvider } : null;
    const { entityId, saml } = await samlFrom(settings.saml ?? {}, kept, (url) =>
      this.inspection.inspectSaml(organizationId, url),
    );
    this.inspection.assertSamlAddress(saml.ssoUrl);
    return {
      shown: { name: settings.name ?? base?.name ?? 'SAML', signOutAtProvider: false },
      typed: {
        issuer: entityId,
        clientId: guideValuesOf(this.config.rootUrl, key).entityId,
        clientSecret: null,
        clientSecretExpiresAt: null,
        clientAuthMethod: 'none',
        scopes: [],
        pkce: false,
        saml,
      },
    };
  }
}

const ofOthers = [
  'issuer',
  'tenantId',
  'baseUrl',
  'clientId',
  'clientSecret',
  'clientSecretExpiresAt',
  'clientAuthMethod',
  'scopes',
] as const;

/** What would be ignored is told, and not ignored. */
function refuseClientFields(settings: SsoSettings): void {
  const field = ofOthers.find((name) => (settings[name] ?? null) !== null);
  if (field) throw invalid(field, `${field} is for OpenID Connect: give what the identity provider says in saml.`);
  if (settings.signOutAtProvider === true)
    throw invalid('signOutAtProvider', 'signOutAtProvider must be off: signing out by SAML is not spoken here.');
}
