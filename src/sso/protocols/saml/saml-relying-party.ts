import { SAML } from '@node-saml/node-saml';
import { randomHex } from '../../../platform/crypto/digest.js';
import type { SamlSettings } from '../../sign-in-source.types.js';
import type { ProviderProof } from '../provider-proof.types.js';
import { checkAssertion } from './assertion-checks.js';
import { proofOf } from './assertion-proof.js';
import { readResponse } from './saml-response.js';
import { signedAssertion } from './signed-assertion.js';

/** What a sign-in begins with. */
export interface SamlRequest {
  /** Of `newRequestId`, kept with the login flow: the answer has to name it. */
  readonly requestId: string;
  /** Comes back beside the answer. At most 80 characters (SAML Bindings 3.4.3), of base64url. */
  readonly relayState: string;
  /** Whether somebody who is signed in there already has to prove again who they are. */
  readonly forceAuthn: boolean;
}

/** An ID of XML begins with no digit; 128 random bits (SAML Core 1.3.4). */
export function newRequestId(): string {
  return `_${randomHex(16)}`;
}

/** We, as one service provider of one SAML identity provider. The signatures are node-saml's; what it leaves open is done here. */
export class SamlRelyingParty {
  constructor(private readonly settings: SamlSettings) {}

  /** Where the browser is sent: the SSO service with our request in its query (SAML Bindings 3.4, HTTP-Redirect). */
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

  /**
   * Turns what the browser posted to our assertion consumer service into proof of who somebody is. It may be redeemed once:
   * the login flow that holds the request's ID is for its caller to consume before.
   * @param samlResponse the parameter SAMLResponse, in base64
   * @throws ProviderRefusal
   */
  async redeem(samlResponse: string, { requestId }: Pick<SamlRequest, 'requestId'>): Promise<ProviderProof> {
    const response = readResponse(samlResponse, this.settings, requestId);
    const assertion = await signedAssertion(response, this.settings);
    checkAssertion(assertion, this.settings, requestId);
    return proofOf(assertion, this.settings);
  }
}
