import { Injectable } from '@nestjs/common';
import { ApiKeyService } from '../../api-keys/api-key.service.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { SessionService } from '../../sessions/session.service.js';
import { ConnectionDomains } from '../domains/connection-domain.service.js';
import { usableStates } from '../sources/sign-in-source.service.js';
import { SsoConnectionEntity } from '../connections/sso-connection.entity.js';
import type { AffectedMember, EnforcementImpact, EntryWay } from './enforcement-impact.types.js';

/** People and keys that are named; the rest is counted. */
const MOST_NAMED = 100;

interface Row extends Omit<AffectedMember, 'way'> {
  readonly ssoException: boolean;
  readonly breakGlass: boolean;
  /** Whether a connection in use speaks for their address. */
  readonly isCovered: boolean;
}

const membersAndPlace = `
  select u.id as "userId", u.email, u.name, m.role, m.sso_exception as "ssoException",
         m.role = 'OWNER' and m.break_glass as "breakGlass",
         split_part(u.email, '@', 2) = any($2) as "isCovered",
         exists (select from identities i where i.user_id = u.id and i.source = any($3)) as "hasSignedInBySso"
  from memberships m join users u on u.id = m.user_id
  where m.organization_id = $1 and u.deactivated_at is null
  order by u.email`;

/** Tells beforehand what enforcing a connection would mean. Changes nothing. */
@Injectable()
export class EnforcementImpactService {
  constructor(
    private readonly database: Database,
    private readonly domains: ConnectionDomains,
    private readonly sessions: SessionService,
    private readonly apiKeys: ApiKeyService,
  ) {}

  /** @throws NOT_FOUND */
  async impactOf(organizationId: string, connectionId: string): Promise<EnforcementImpact> {
    const connections = await this.database.reader.findBy(SsoConnectionEntity, { organizationId });
    const enforced = connections.find(({ id }) => id === connectionId);
    if (!enforced) throw new AppError('NOT_FOUND');
    const inUse = connections.filter(
      ({ id, state }) => id === connectionId || usableStates.some((one) => one === state),
    );
    const covered = await this.namesOf(inUse);
    const sources = connections.map(({ id }) => id);
    const rows = await this.database.rows<Row>(membersAndPlace, [organizationId, covered, sources]);
    const members = rows.map(toMember);
    const lockedOut = members.filter(({ way }) => way === 'NONE');
    const keys = await this.apiKeys.listActiveOf(
      organizationId,
      lockedOut.map(({ userId }) => userId),
    );
    const count = (way: EntryWay) => members.filter((member) => member.way === way).length;
    return {
      members: members.length,
      bySso: count('SSO'),
      byException: count('EXCEPTION'),
      byBreakGlass: count('BREAK_GLASS'),
      lockedOut: lockedOut.length,
      newToSso: members.filter(({ way, hasSignedInBySso }) => way === 'SSO' && !hasSignedInBySso).length,
      ownersLeft: members.filter(({ role, way }) => role === 'OWNER' && way !== 'NONE').length,
      sessionsEnded: await this.sessionsEnded(connections, await this.namesOf([enforced])),
      keysOfLockedOut: keys.length,
      people: [...lockedOut, ...members.filter(({ way }) => way === 'EXCEPTION' || way === 'BREAK_GLASS')].slice(
        0,
        MOST_NAMED,
      ),
      keys: keys.slice(0, MOST_NAMED),
    };
  }

  private async namesOf(connections: readonly SsoConnectionEntity[]): Promise<string[]> {
    const proven = await this.domains.provenOf(connections.map(({ id }) => id));
    const own = connections.flatMap(({ id, domainId }) => {
      const domains = proven.get(id) ?? [];
      return domains.some((domain) => domain.id === domainId) ? domains.map(({ name }) => name) : [];
    });
    return [...new Set(own)];
  }

  private async sessionsEnded(
    connections: readonly SsoConnectionEntity[],
    domains: readonly string[],
  ): Promise<number> {
    const keys = connections.map(({ key }) => key);
    const counts = await Promise.all(domains.map((domain) => this.sessions.countInDomain(domain, keys)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

/** An exception is for who has no other way. */
function toMember({ ssoException, breakGlass, isCovered, ...member }: Row): AffectedMember {
  if (isCovered) return { ...member, way: 'SSO' };
  if (ssoException) return { ...member, way: 'EXCEPTION' };
  return { ...member, way: breakGlass ? 'BREAK_GLASS' : 'NONE' };
}
