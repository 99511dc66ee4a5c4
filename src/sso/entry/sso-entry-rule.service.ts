import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EntryRules, type Demand, type Entrant } from '../../access/entry-rules.service.js';
import { ownedStatuses } from '../../organizations/domains/domain.service.js';
import { invitationWillBeAccepted } from '../../organizations/invitations/invitation.service.js';
import { ssoExceptionWillBeGranted } from '../../organizations/members/sso-exception.service.js';
import { Config } from '../../platform/config/config.js';
import { BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { DomainEvents } from '../../platform/events/domain-events.js';
import type { Actor } from '../../policy/actor.js';
import { hasOwnSecondFactor } from '../../policy/proof.js';
import { GlassAlarm } from './glass-alarm.service.js';
import { usableStates } from '../sources/sign-in-source.service.js';
import { SsoDiscoveryService } from '../sources/sso-discovery.service.js';
import { domainOf, isEnforcedFor, isWelcome, ssoRequired, type UsedConnection, type Visitor } from './sso-entry.js';

/** A connection of the organization, and beside each the place that the person has there. */
interface Row extends UsedConnection {
  /** Which question it answers, from 1. */
  readonly place: number;
  readonly isMember: boolean;
  readonly ssoException: boolean | null;
  /** Whether they are an owner who is named. */
  readonly breakGlass: boolean | null;
}

/** A person before an organization; null: before any of them has come. */
interface Question {
  readonly organizationId: string;
  readonly userId: string | null;
}

/**
 * All that decides, in one statement, since every request into an organization asks it. `$1` the organizations, `$2` the
 * person before each, `$3` what a proven domain is, `$4` what a connection in use is.
 */
const connectionsAndPlace = `
  select asked.place::int, c.key, c.state = 'ENFORCED' as enforced, c.created_at as "createdAt",
         array(select spoken.name from sso_connection_domains s
               join domains spoken on spoken.id = s.domain_id and spoken.status = any($3)
               where s.connection_id = c.id) as domains,
         m.user_id is not null as "isMember", m.sso_exception as "ssoException",
         m.role = 'OWNER' and m.break_glass as "breakGlass"
  from unnest($1::text[], $2::text[]) with ordinality as asked(organization_id, user_id, place)
  join sso_connections c on c.organization_id = asked.organization_id and c.state = any($4)
  join domains d on d.id = c.domain_id and d.status = any($3)
  left join memberships m on m.organization_id = c.organization_id and m.user_id = asked.user_id
  order by asked.place, c.state = 'ENFORCED' desc, c.created_at desc, c.id desc`;

/**
 * Proof belongs to the organization entered: where single sign-on is enforced, one of its own connections must have opened the
 * session, whatever the person's address. Guests with an exception and owners who break the glass are let past.
 */
@Injectable()
export class SsoEntryRule implements OnModuleInit {
  private readonly connections: BatchedReads<Question, readonly Row[]>;

  constructor(
    private readonly rules: EntryRules,
    private readonly events: DomainEvents,
    database: Database,
    private readonly discovery: SsoDiscoveryService,
    private readonly alarm: GlassAlarm,
    private readonly config: Config,
  ) {
    this.connections = new BatchedReads(database, readConnections);
  }

  onModuleInit(): void {
    this.rules.add(
      (person, organizationId) => this.objectionOf(person, organizationId),
      (person, organizationId) => this.demandOf(person, organizationId),
    );
    this.events.on(invitationWillBeAccepted, async (_tx, { actor, organizationId, email, ssoException }) => {
      const objection = await this.objectionToJoining({ email, proof: actor.proof, ssoException }, organizationId);
      if (objection) throw objection;
    });
    this.events.on(ssoExceptionWillBeGranted, async (_tx, { organizationId, email }) => {
      if (isEnforcedFor(email, await this.connectionsOf(organizationId, null))) throw noNeed();
    });
  }

  /** What speaks against somebody's becoming a member, who has proven what they have so far. */
  async objectionToJoining(visitor: Visitor, organizationId: string): Promise<AppError | null> {
    const configured = await this.objectionOfConfiguration(visitor);
    if (configured) return configured;
    const connections = await this.connectionsOf(organizationId, null);
    if (!isEnforcing(connections) || isWelcome(visitor, connections)) return null;
    return ssoRequired(visitor.email, connections, this.config.rootUrl);
  }

  /** Whether a person is a guest there by their address, and has come in by nothing that counts. */
  async isLockedOut({ label: email, proof }: Actor, organizationId: string): Promise<boolean> {
    if (proof === null) return false;
    const connections = await this.connectionsOf(organizationId, null);
    return !isEnforcedFor(email, connections) && !isWelcome({ email, proof, ssoException: false }, connections);
  }

  private async objectionOf(person: Actor, organizationId: string): Promise<AppError | null> {
    const { label: email, proof } = person;
    const configured = await this.objectionOfConfiguration({ email, proof });
    if (configured) return configured;
    const connections = await this.connectionsOf(organizationId, person.id);
    const place = connections[0];
    if (!place || !isEnforcing(connections)) return null;
    // An instance administrator who is no member has the instance's rules alone.
    if (!place.isMember && person.isInstanceAdministrator) return null;
    if (isWelcome({ email, proof, ssoException: place.ssoException ?? false }, connections)) return null;
    if (place.breakGlass !== true || proof === null || !hasOwnSecondFactor(proof))
      return ssoRequired(email, connections, this.config.rootUrl);
    await this.alarm.raise(person, proof, organizationId);
    return null;
  }

  /** What `objectionOf` would ask of somebody who has proven nothing, told without breaking any glass. */
  private async demandOf(
    { id, email, isInstanceAdministrator }: Entrant,
    organizationId: string,
  ): Promise<Demand | null> {
    if (await this.objectionOfConfiguration({ email, proof: null })) return demand(byConfiguration);
    const connections = await this.connectionsOf(organizationId, id);
    const place = connections[0];
    if (!place || !isEnforcing(connections) || (!place.isMember && isInstanceAdministrator)) return null;
    if (isWelcome({ email, proof: null, ssoException: place.ssoException ?? false }, connections))
      return demand(byException);
    return demand(place.breakGlass === true ? `${byConnection} ${orBreakGlass}` : byConnection);
  }

  /** `AUTH_DOMAINS_WITH_SSO_ENFORCEMENT`: what we keep opens no organization to these addresses; any provider does. */
  private async objectionOfConfiguration({ email, proof }: Pick<Visitor, 'email' | 'proof'>): Promise<AppError | null> {
    const domain = domainOf(email);
    if (!this.discovery.isConfigured(domain) || (proof?.connection ?? null) !== null) return null;
    const enforcement = await this.discovery.enforcementFor(domain);
    // Where a connection enforces it too, that is its organization's business, which may let somebody break the glass.
    if (enforcement?.by !== 'configuration') return null;
    return new AppError('SSO_REQUIRED', {
      message: 'The people of your email domain sign in through an identity provider.',
      facts: { loginUrl: enforcement.loginUrl },
    });
  }

  /** The enforced ones first, then the newest. */
  private connectionsOf(organizationId: string, userId: string | null): Promise<readonly Row[]> {
    return this.connections.load({ organizationId, userId });
  }
}

async function readConnections(reader: EntityManager, asked: readonly Question[]): Promise<Row[][]> {
  const rows = await reader.query<Row[]>(connectionsAndPlace, [
    asked.map(({ organizationId }) => organizationId),
    asked.map(({ userId }) => userId),
    ownedStatuses,
    usableStates,
  ]);
  const answers = asked.map((): Row[] => []);
  for (const row of rows) answers[row.place - 1]?.push(row);
  return answers;
}

const isEnforcing = (connections: readonly UsedConnection[]): boolean => connections.some(({ enforced }) => enforced);

const noNeed = () =>
  new AppError('PRECONDITION_FAILED', {
    message: 'Single sign-on is enforced for this address: they sign in through the connection, and need no exception.',
  });

const demand = (explanation: string): Demand => ({ kind: 'SSO', explanation });
const byConfiguration =
  'This instance has the people of their email domain sign in through an identity provider: any other session is refused with SSO_REQUIRED.';
const byException = 'Single sign-on is enforced, and an owner has granted them an exception from it.';
const byConnection =
  "Single sign-on is enforced: a session that none of the organization's connections has opened is refused with SSO_REQUIRED.";
const orBreakGlass = 'As an owner who may break the glass, they also get in with a second factor of their own.';
