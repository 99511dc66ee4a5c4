import type { ProviderProof } from '../provider-proof.types.js';

/** What was agreed when a sign-in began, and must be found again in its callback and in the ID token. */
export interface OidcFlowSecrets {
  readonly state: string;
  readonly nonce: string;
  /** Null where PKCE is switched off. */
  readonly verifier: string | null;
}

/** A provider's word that somebody has signed out there. */
export interface LogoutNotice {
  readonly issuer: string;
  readonly subject: string;
  /** Unique for the issuer: the same token is believed once. */
  readonly tokenId: string;
  readonly expiresAt: Date;
}

/** Tells that the provider has taken the code. */
export type OnExchanged = () => void;

/** Who turns the code of a callback into proof, by whatever protocol. */
export interface CodeRedeemer {
  /**
   * Turns the callback of a sign-in into proof of who somebody is.
   * @param callback the redirect URI that the sign-in began with, and the query that the browser brought to it
   * @param onExchanged called when the provider has taken the code, before anything of its answer is believed
   * @throws ProviderRefusal
   */
  redeem(callback: URL, flow: OidcFlowSecrets, onExchanged: OnExchanged): Promise<ProviderProof>;
}

/** We, as one client of one OpenID provider. */
export interface RelyingParty extends CodeRedeemer {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /**
   * Turns a logout token into who has signed out at the provider.
   * @throws ProviderRefusal
   */
  readLogoutToken(token: string): Promise<LogoutNotice>;
}
