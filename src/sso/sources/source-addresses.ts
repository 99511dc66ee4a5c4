import type { GuideValues } from '../providers/vendor-form.js';

/** The addresses of a way to sign in. `ROOT_URL` is the one source of absolute ones. */
export interface SourceAddresses {
  readonly loginUrl: string;
  readonly callbackUrl: string;
  readonly aliasCallbackUrl: string;
  readonly initiateUrl: string;
}

/** @param key of a provider or a connection: lower-case letters, digits, dots and dashes */
export function addressesOf(rootUrl: string, key: string): SourceAddresses {
  return {
    loginUrl: `/api/auth/login/${key}`,
    callbackUrl: `${rootUrl}/api/auth/callback/${key}`,
    aliasCallbackUrl: `${rootUrl}/api/v1/auth/login/${key}/callback`,
    initiateUrl: `${rootUrl}/auth/sso-initiate?provider=${key}`,
  };
}

/** @param domain the canonical name of the domain that a connection is for */
export function connectionKey(domain: string, keySuffix: string): string {
  return `${domain}.${keySuffix}`;
}

/** Our addresses as a vendor's steps name them. @param key of a connection that may be still to come */
export function guideValuesOf(rootUrl: string, key: string): GuideValues {
  const { callbackUrl, initiateUrl } = addressesOf(rootUrl, key);
  const metadataUrl = `${rootUrl}/api/auth/saml/${key}/metadata`;
  return {
    callbackUrl,
    initiateUrl,
    signOutUrl: `${rootUrl}/sign-in?signedOut=1`,
    backchannelLogoutUrl: `${rootUrl}/api/auth/backchannel-logout/${key}`,
    entityId: metadataUrl,
    acsUrl: callbackUrl,
    metadataUrl,
  };
}
