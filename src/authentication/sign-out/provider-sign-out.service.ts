import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Actor } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import { OidcClientService } from '../../sso/protocols/oidc/oidc-client.service.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import { SignInService } from '../sign-in/sign-in.service.js';

/** Where somebody goes on to sign out at the provider that had signed them in. */
export interface SignOutThere {
  readonly to: string;
  /** What a person calls it. */
  readonly name: string;
}

/** Signing out here, and then there (OpenID Connect RP-Initiated Logout 1.0), where the provider is set up for it. */
@Injectable()
export class ProviderSignOutService {
  constructor(
    private readonly signIn: SignInService,
    private readonly sessions: SessionService,
    private readonly sources: SignInSourceService,
    private readonly client: OidcClientService,
    private readonly config: Config,
  ) {}

  /**
   * Ends the session, whatever becomes of the rest.
   * @param sessionId null for who was not signed in
   * @returns where to go on to; null where there is nothing more to do, or the provider does not say in time
   */
  async signOut(actor: Actor, sessionId: string | null): Promise<SignOutThere | null> {
    const session = sessionId === null ? null : await this.sessions.findById(sessionId);
    if (sessionId !== null) await this.signIn.signOut(actor, sessionId);
    return session?.connection ? this.placeFor(session.connection) : null;
  }

  private async placeFor(key: string): Promise<SignOutThere | null> {
    const source = await this.sources.findByKey(key);
    if (source?.protocol !== 'oidc' || !source.signOutAtProvider) return null;
    const endpoint = await this.client.endSessionEndpoint(source.settings);
    if (endpoint === null) return null;
    // No `id_token_hint`: tokens are not kept. The client's id says whose redirect URI it is instead (3).
    const url = new URL(endpoint);
    url.searchParams.set('client_id', source.settings.clientId);
    url.searchParams.set(source.settings.quirks.afterSignOut, `${this.config.rootUrl}/sign-in?signedOut=1`);
    return { to: url.href, name: source.name };
  }
}
