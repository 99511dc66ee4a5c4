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
