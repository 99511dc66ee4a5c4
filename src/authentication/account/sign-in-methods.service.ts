import { Injectable } from '@nestjs/common';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { IdentityService } from '../../users/identity.service.js';
import { PasswordService } from '../../users/password.service.js';
import type { Identity } from '../../users/user.types.js';
import { PasskeyStore } from '../strategies/passkey/passkey-store.service.js';

/** An identity of a person, with the provider or connection that speaks for it. */
export interface LinkedIdentity extends Identity {
  /** What a person reads; of one that is not in use any more, its key or nothing better than its issuer. */
  readonly name: string;
  /** Null: nobody can sign in with it now, since the provider or connection is gone or switched off. */
  readonly key: string | null;
}

/** The ways by which a person can sign in. */
@Injectable()
export class SignInMethodsService {
  constructor(
    private readonly passwords: PasswordService,
    private readonly identities: IdentityService,
    private readonly passkeys: PasskeyStore,
    private readonly sources: SignInSourceService,
  ) {}

  hasPassword(userId: string): Promise<boolean> {
    return this.passwords.hashOf(userId).then((hash) => hash !== null);
  }

  /** The providers by which people can sign in besides. */
  linkable(): readonly SignInSource[] {
    return this.sources.configured();
  }

  /** Oldest first. */
  async identitiesOf(userId: string): Promise<LinkedIdentity[]> {
    const identities = await this.identities.listOf(userId);
    const sources = await this.sources.byIdentitySource(identities.map(({ source }) => source));
    return identities.map((identity) => named(identity, sources.get(identity.source) ?? null));
  }

  /** Whether they can sign in without any provider. */
  async hasOwnWay(userId: string): Promise<boolean> {
    return (await this.hasPassword(userId)) || (await this.passkeys.listOf(userId)).length > 0;
  }
}

function named(identity: Identity, source: SignInSource | null): LinkedIdentity {
  const fallback = identity.source.startsWith('provider:')
    ? identity.source.slice('provider:'.length)
    : identity.issuer;
  return { ...identity, name: source?.name ?? fallback, key: source?.key ?? null };
}
