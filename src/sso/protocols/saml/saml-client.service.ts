import { Injectable } from '@nestjs/common';
import { invalid } from '../../../platform/errors/app-error.js';
import { OutboundHttp } from '../../../platform/http/outbound.js';
import { OutboundError } from '../../../platform/http/outbound-error.js';
import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import { fetchWithin, PATIENCE_MS } from '../outbound-fetch.js';
import { issuerErrorFor } from '../oidc/provider-metadata.js';
import { readIdpMetadata, type IdpMetadata } from './idp-metadata.js';
import { SamlRelyingParty } from './saml-relying-party.js';
import { serviceProviderMetadata } from './service-provider-metadata.js';

@Injectable()
export class SamlClientService {
  constructor(private readonly outbound: OutboundHttp) {}

  /**
   * Asks an identity provider who it is, at the address of its metadata that an administrator has just typed. Within four
   * seconds, and 256 kB; what the answer names is not fetched.
   * @throws ISSUER_NOT_ALLOWED, ISSUER_UNREACHABLE, VALIDATION_FAILED
   */
  async inspect(metadataUrl: string): Promise<IdpMetadata> {
    const response = await this.fetchMetadata(metadataUrl).catch((error: unknown) => {
      throw error instanceof OutboundError ? issuerErrorFor(error) : error;
    });
    const metadata = readIdpMetadata(await response.text(), 'saml.metadataUrl');
    this.assertAllowed(metadata.ssoUrl, 'saml.metadataUrl');
    return metadata;
  }

  /**
   * Whether a browser may be sent there to sign in: an address that we would not call ourselves is no place for people either.
   * @throws VALIDATION_FAILED
   */
  assertAllowed(ssoUrl: string, field: string): void {
    try {
      this.outbound.assertAllowedUrl(ssoUrl);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw invalid(field, `The SSO address of the identity provider cannot be used: ${error.message}`);
    }
  }

  /** Nobody is asked anything: what a sign-in needs comes with the browser. */
  relyingPartyFor(settings: SamlSettings): SamlRelyingParty {
    return new SamlRelyingParty(settings);
  }

  /** What we are, for the administrators of an identity provider. */
  metadata(settings: SamlSettings): string {
    return serviceProviderMetadata(settings);
  }

  private async fetchMetadata(url: string): Promise<Response> {
    const headers = { accept: 'application/samlmetadata+xml, application/xml, text/xml' };
    const response = await fetchWithin(this.outbound, PATIENCE_MS)(url, { headers });
    if (response.status === 200) return response;
    throw new OutboundError('bad-status', new URL(url).host, { status: response.status });
  }
}
