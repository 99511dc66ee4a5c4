import { SAML } from '@node-saml/node-saml';
import type { SamlSettings } from '../../sources/sign-in-source.types.js';
import type { ProviderProof } from '../provider-proof.types.js';
import { checkAssertion } from './assertion-checks.js';
import { proofOf } from './assertion-proof.js';
import { readResponse } from './saml-response.js';
import type { SamlParty, SamlRequest } from './saml-party.types.js';
import { signedAssertion } from './signed-assertion.js';

/** We, as one service provider of one SAML identity provider. The signatures are node-saml's; what it leaves open is done here. */
export class SamlRelyingParty implements SamlParty {
  constructor(private readonly settings: SamlSettings) {}

  authorizationUrl({ requestId, relayState, forceAuthn }: SamlRequest): Promise<string> {
    const { ssoUrl, ourEntityId, acsUrl, certificates, signRequests, keyPair, nameIdFormat } = this.settings;
    const requester = new SAML({
      entryPoint: ssoUrl,
      issuer: ourEntityId,
      callbackUrl: acsUrl,
      idpCert: certificates.map(({ pem }) => pem),
      generateUniqueId: () => requestId,
      forceAuthn,
      identifierFormat: nameIdFormat,
      // How people prove themselves there is the provider's to say: naming passwords would keep out who has a passkey.
      disableRequestedAuthnContext: true,
      signatureAlgorithm: 'sha256',
      ...(signRequests ? { privateKey: keyPair.privateKey.reveal() } : {}),
    });
    return requester.getAuthorizeUrlAsync(relayState, undefined, {});
  }

  async redeem(samlResponse: string, { requestId }: Pick<SamlRequest, 'requestId'>): Promise<ProviderProof> {
    const response = readResponse(samlResponse, this.settings, requestId);
    const assertion = await signedAssertion(response, this.settings);
    checkAssertion(assertion, this.settings, requestId);
    return proofOf(assertion, this.settings);
  }
}
