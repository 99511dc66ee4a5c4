import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { sha256 } from '../../platform/crypto/digest.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { anonymous, type Origin } from '../../policy/actor.js';
import { SessionService } from '../../sessions/session.service.js';
import { OidcClientService } from '../../sso/protocols/oidc/oidc-client.service.js';
import type { LogoutNotice } from '../../sso/protocols/oidc/relying-party.types.js';
import { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { IdentityService } from '../../users/identity.service.js';
import { logoutRefused, signedOutByProvider } from '../sign-in/sign-in.events.js';

/** OpenID Connect Back-Channel Logout 1.0: somebody has signed out at the provider, so their sessions through it end here. */
@Injectable()
export class BackchannelLogoutService {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly client: OidcClientService,
    private readonly identities: IdentityService,
    private readonly sessions: SessionService,
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** @throws ProviderRefusal, with its reason on the trail, for a token that is not the provider's, or came before */
  async end(key: string, token: string, origin: Origin): Promise<void> {
    const source = await this.sources.findByKey(key);
    try {
      if (!source) throw new ProviderRefusal('PROVIDER_UNKNOWN', 'there is none of this key, or it is not in use');
      if (source.protocol !== 'oidc') throw new ProviderRefusal('LOGOUT_TOKEN_INVALID', 'no OpenID provider');
      const party = await this.client.relyingPartyFor(source.settings);
      await this.endSessions(source, await party.readLogoutToken(token), origin);
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      const organizationId = source?.organizationId ?? null;
      const facts = { organizationId, connection: source?.key ?? null, reason: error.reason, detail: error.detail };
      await this.audit.recordAlone(anonymous(origin), logoutRefused, facts);
      throw error;
    }
  }

  private async endSessions(source: SignInSource, notice: LogoutNotice, origin: Origin): Promise<void> {
    const { issuer, subject } = notice;
    await this.database.transaction(async (tx) => {
      await useUp(tx, notice);
      const user = await this.identities.findHolder({ source: source.identitySource, issuer, subject });
      // Somebody who has never come here is no error: the provider tells all its clients.
      const sessions = user ? await this.sessions.endThrough(tx, user.id, source.key) : 0;
      const facts = {
        organizationId: source.organizationId,
        connection: source.key,
        userId: user?.id ?? null,
        sessions,
      };
      await this.audit.record(tx, anonymous(origin), signedOutByProvider, facts);
    });
  }
}

/** A token is believed once; what has expired is refused for that, and need not be remembered. */
async function useUp(tx: Tx, { issuer, tokenId, expiresAt }: LogoutNotice): Promise<void> {
  await tx.query('delete from used_logout_tokens where expires_at < now()');
  const used = await tx.query<unknown[]>(
    'insert into used_logout_tokens (token_digest, expires_at) values ($1, $2) on conflict do nothing returning 1',
    [sha256(JSON.stringify([issuer, tokenId])), expiresAt],
  );
  if (used.length === 0) throw new ProviderRefusal('LOGOUT_TOKEN_INVALID', 'came before');
}
