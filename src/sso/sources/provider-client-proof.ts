import { ConfigError } from '../../platform/config/config-error.js';
import type { ProviderConfig } from '../../platform/config/config.js';
import { SigningKey } from '../../platform/crypto/signing-key.js';
import type { Naming } from './provider-setting-names.js';
import type { OidcVendor } from '../providers/oidc-vendor.js';
import type { ClientKey, OidcSettings } from './sign-in-source.types.js';

/** How a provider's client proves itself: by a secret, by a key, or by PKCE alone. @throws ConfigError for what can't work */
export function clientProofOf(
  provider: ProviderConfig,
  vendor: OidcVendor,
  setting: Naming,
): Pick<OidcSettings, 'clientAuthMethod' | 'clientKey'> {
  const { clientSecret, privateKey, clientAuthMethod: asked, pkce } = provider;
  if (privateKey !== null || asked === 'private_key_jwt')
    return { clientAuthMethod: 'private_key_jwt', clientKey: clientKeyOf(provider, setting) };
  if (clientSecret === null) {
    if (asked !== null && asked !== 'none')
      throw new ConfigError(setting('CLIENT_SECRET'), `a secret, since the client proves itself by ${asked}`);
    if (!pkce) throw new ConfigError(setting('PKCE'), 'true: without a client secret nothing else protects the code');
    return { clientAuthMethod: 'none', clientKey: null };
  }
  if (asked === 'none') {
    const expected = 'client_secret_basic or client_secret_post, since there is a client secret';
    throw new ConfigError(setting('CLIENT_AUTH_METHOD'), expected);
  }
  return { clientAuthMethod: asked ?? vendor.clientAuthMethod, clientKey: null };
}

function clientKeyOf(provider: ProviderConfig, setting: Naming): ClientKey {
  const { clientSecret, privateKey, privateKeyId: id, clientAuthMethod: asked } = provider;
  if (asked !== null && asked !== 'private_key_jwt')
    throw new ConfigError(setting('CLIENT_AUTH_METHOD'), 'private_key_jwt, since there is a private key');
  if (clientSecret !== null)
    throw new ConfigError(setting('CLIENT_SECRET'), 'nothing, since the client proves itself by its private key');
  const key = privateKey && SigningKey.read(privateKey);
  if (!key)
    throw new ConfigError(setting('PRIVATE_KEY'), 'a private key in PEM: RSA of 2048 bits or more, P-256, or Ed25519');
  return { key, id };
}

/** GitHub takes the secret in the form, and no other proof. @throws ConfigError */
export function refuseAllButSecretInForm(provider: ProviderConfig, setting: Naming): void {
  if (provider.clientAuthMethod !== null && provider.clientAuthMethod !== 'client_secret_post')
    throw new ConfigError(setting('CLIENT_AUTH_METHOD'), 'client_secret_post, the one way that GitHub takes');
  if (provider.privateKey !== null)
    throw new ConfigError(setting('PRIVATE_KEY'), 'nothing: GitHub takes a client secret');
  if (provider.clientSecret === null)
    throw new ConfigError(setting('CLIENT_SECRET'), 'the secret of the OAuth app: GitHub has no public clients');
}
