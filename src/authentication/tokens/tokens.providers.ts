import { PublishedKeys } from './published-keys.service.js';
import { SigningKeyResolver } from './signing-key.resolver.js';
import { SigningKeyService } from './signing-key.service.js';
import { TokenService } from './token.service.js';

/** Short-lived tokens, and the keys that sign them. */
export const tokenProviders = [PublishedKeys, SigningKeyResolver, SigningKeyService, TokenService];
