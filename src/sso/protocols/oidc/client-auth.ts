import * as oidc from 'openid-client';
import type { ClientKey, OidcSettings } from '../../sources/sign-in-source.types.js';

/** How the client proves itself at the token endpoint (OpenID Connect Core 9). */
export async function clientAuthOf(settings: OidcSettings, tokenEndpoint: string): Promise<oidc.ClientAuth> {
  const { clientSecret, clientAuthMethod, clientKey } = settings;
  if (clientKey !== null) return assertionBy(clientKey, settings, tokenEndpoint);
  if (clientSecret === null || clientAuthMethod === 'none') return oidc.None();
  const secret = clientSecret.reveal();
  return clientAuthMethod === 'client_secret_post' ? oidc.ClientSecretPost(secret) : oidc.ClientSecretBasic(secret);
}

/** `private_key_jwt`. openid-client makes the assertion out for the issuer, and names the key by `kid`. */
async function assertionBy(
  { key, id }: ClientKey,
  { quirks: { assertion } }: OidcSettings,
  tokenEndpoint: string,
): Promise<oidc.ClientAuth> {
  return oidc.PrivateKeyJwt(await key.forWebCrypto(), {
    [oidc.modifyAssertion]: (header, payload) => {
      if (id !== null) header[assertion.keyId] = id;
      if (assertion.audience === 'token endpoint') payload.aud = tokenEndpoint;
    },
  });
}
