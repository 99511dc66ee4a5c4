import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { ApiKeyService } from '../../api-keys/api-key.service.js';
import { endOf } from '../../api-keys/api-key.types.js';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { randomId } from '../../platform/crypto/digest.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Actor, Scope } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { ProjectService } from '../../projects/project.service.js';
import { SessionService } from '../../sessions/session.service.js';
import { ALGORITHM, SigningKeyService } from './signing-key.service.js';
import { TOKEN_MINUTES } from './signing-schedule.js';

/** What a token is to speak of. Left out: a key's own organization and project, and nowhere for a person. */
export interface TokenRequest {
  readonly organizationId?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  /** The service that is to accept it; `ROOT_URL` unless given. */
  readonly audience?: string | null | undefined;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** What a token is exchanged for, which it does not outlive. */
interface Credential {
  readonly expiresAt: Date | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Exchanges a session or an API key for a JSON Web Token of five minutes, which other services verify by themselves. Its
 * form is that of an access token (RFC 9068) where that fits.
 */
@Injectable()
export class TokenService {
  constructor(
    private readonly keys: SigningKeyService,
    private readonly sessions: SessionService,
    private readonly apiKeys: ApiKeyService,
    private readonly projects: ProjectService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * @throws NOT_FOUND for an organization or a project that the caller may not see; SECOND_FACTOR_REQUIRED where its
   *   security policy asks for one; FORBIDDEN for `ADMIN_API_KEY`, which is nobody
   */
  async issue(caller: Caller, asked: TokenRequest): Promise<IssuedToken> {
    const { expiresAt: end, claims } = await this.credentialOf(caller);
    const scope = await this.scopeOf(caller.actor, asked);
    const grant = scope ? await grantIn(caller.actor, scope) : {};
    const now = this.clock.now();
    const most = this.clock.inMinutes(TOKEN_MINUTES);
    const expiresAt = end !== null && end < most ? end : most;
    const { id: kid, privateKey } = await this.keys.signer();
    const token = await new SignJWT({ ...claims, ...grant })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'at+jwt' })
      .setIssuer(this.config.rootUrl)
      .setSubject(caller.actor.id)
      .setAudience(asked.audience ?? this.config.rootUrl)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .setJti(randomId())
      .sign(privateKey);
    return { token, expiresAt };
  }

  private async credentialOf({ actor, sessionId }: Caller): Promise<Credential> {
    if (actor.kind === 'apiKey') {
      const key = await this.apiKeys.findById(actor.id);
      return { expiresAt: key && endOf(key), claims: { kind: 'apiKey', client_id: actor.label } };
    }
    if (actor.kind !== 'user') throw new AppError('FORBIDDEN', { detail: 'needs a session or an API key' });
    const session = sessionId === null ? null : await this.sessions.findById(sessionId);
    if (!session) throw new AppError('UNAUTHENTICATED');
    const { id: sid, method, secondFactor, provenAt, expiresAt } = session;
    const claims = { kind: 'user', sid, method, second_factor: secondFactor ?? undefined };
    return { expiresAt, claims: { ...claims, auth_time: Math.floor(provenAt.getTime() / 1000) } };
  }

  private async scopeOf(actor: Actor, asked: TokenRequest): Promise<Scope | null> {
    const organizationId = asked.organizationId ?? actor.organizationId;
    const projectId = asked.projectId ?? actor.projectId;
    if (projectId === null) return organizationId === null ? null : { organizationId, projectId };
    const scope = await this.projects.scopeOf(projectId);
    if (!scope || (organizationId !== null && scope.organizationId !== organizationId)) throw new AppError('NOT_FOUND');
    return scope;
  }
}

/** What the caller may do there now. It is true for as long as the token lasts, whatever changes meanwhile. */
async function grantIn(actor: Actor, scope: Scope): Promise<Record<string, unknown>> {
  const held = await actor.permissionsIn(scope);
  if (held.size === 0) throw new AppError('NOT_FOUND');
  const objection = await actor.objectionOf(scope.organizationId);
  if (objection) throw objection;
  const role = await actor.roleIn(scope);
  return {
    organization: scope.organizationId,
    ...(scope.projectId === null ? {} : { project: scope.projectId }),
    ...(role === null ? {} : { role }),
    permissions: [...held].sort(),
  };
}
