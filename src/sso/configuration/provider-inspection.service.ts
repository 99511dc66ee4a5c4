import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { OidcClientService } from '../protocols/oidc/oidc-client.service.js';
import { GithubClientService } from '../protocols/github/github-client.service.js';
import type { IdpMetadata } from '../protocols/saml/idp-metadata.js';
import { SamlClientService } from '../protocols/saml/saml-client.service.js';
import type { Vendor } from '../providers/providers.js';

const MOST_INSPECTIONS = 3;

/** Looks at a provider before a connection to it is kept. */
@Injectable()
export class ProviderInspectionService {
  /** By organization: how many providers are being asked who they are. */
  private readonly underWay = new Map<string, number>();

  constructor(
    private readonly oidc: OidcClientService,
    private readonly github: GithubClientService,
    private readonly saml: SamlClientService,
  ) {}

  /**
   * Asks an OpenID provider who it is. GitHub describes itself to nobody, so there only the address is looked at.
   * @returns the ways to prove a client that the provider takes
   * @throws ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE, ISSUER_MISMATCH; RATE_LIMITED
   */
  async inspect(organizationId: string, vendor: Vendor, issuer: string): Promise<readonly string[]> {
    if (vendor.protocol === 'github') {
      this.github.inspect(issuer);
      return ['client_secret_post'];
    }
    const metadata = await this.inTurn(organizationId, () => this.oidc.inspect(issuer));
    return metadata.token_endpoint_auth_methods_supported;
  }

  /** Reads a SAML identity provider's metadata. @throws ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE; VALIDATION_FAILED; RATE_LIMITED */
  inspectSaml(organizationId: string, metadataUrl: string): Promise<IdpMetadata> {
    return this.inTurn(organizationId, () => this.saml.inspect(metadataUrl));
  }

  /** @throws VALIDATION_FAILED where browsers may not be sent there */
  assertSamlAddress(ssoUrl: string): void {
    this.saml.assertAllowed(ssoUrl, 'saml.ssoUrl');
  }

  /**
   * A call with an `idempotencyKey` holds a connection to the database while a provider takes its time: an organization
   * may have a few such calls under way, and not as many as there are connections.
   */
  private async inTurn<T>(organizationId: string, inspection: () => Promise<T>): Promise<T> {
    const underWay = this.underWay.get(organizationId) ?? 0;
    if (underWay >= MOST_INSPECTIONS) throw new AppError('RATE_LIMITED', { facts: { retryAfterSeconds: 5 } });
    this.underWay.set(organizationId, underWay + 1);
    try {
      return await inspection();
    } finally {
      const left = (this.underWay.get(organizationId) ?? 1) - 1;
      if (left > 0) this.underWay.set(organizationId, left);
      else this.underWay.delete(organizationId);
    }
  }
}
