import { randomHex } from '../../../platform/crypto/digest.js';
import type { ProviderProof } from '../provider-proof.types.js';

/** What a sign-in begins with. */
export interface SamlRequest {
  /** Of `newRequestId`, kept with the login flow: the answer has to name it. */
  readonly requestId: string;
  /** Comes back beside the answer. At most 80 characters (SAML Bindings 3.4.3), of base64url. */
  readonly relayState: string;
  /** Whether somebody who is signed in there already has to prove again who they are. */
  readonly forceAuthn: boolean;
}

/** We, as one service provider of one SAML identity provider. */
export interface SamlParty {
  /** Where the browser is sent: the SSO service with our request in its query (SAML Bindings 3.4, HTTP-Redirect). */
  authorizationUrl(request: SamlRequest): Promise<string>;
  /**
   * Turns what the browser posted to our assertion consumer service into proof of who somebody is. It may be redeemed once:
   * the login flow that holds the request's ID is for its caller to consume before.
   * @param samlResponse the parameter SAMLResponse, in base64
   * @throws ProviderRefusal
   */
  redeem(samlResponse: string, request: Pick<SamlRequest, 'requestId'>): Promise<ProviderProof>;
}

/** An ID of XML begins with no digit; 128 random bits (SAML Core 1.3.4). */
export function newRequestId(): string {
  return `_${randomHex(16)}`;
}
