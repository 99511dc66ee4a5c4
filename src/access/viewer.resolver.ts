import { Args, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MemberService } from '../organizations/members/member.service.js';
import { Organization } from '../organizations/organization.graphql.js';
import { OrganizationLoader } from '../organizations/organization-loader.service.js';
import type { Organization as OrganizationFacts } from '../organizations/organization.types.js';
import type { Connection } from '../platform/graphql/connection.js';
import type { Caller } from '../policy/current.decorators.js';
import { CurrentCaller } from '../policy/current.decorators.js';
import { Public, Requires } from '../policy/requires.decorator.js';
import { Session } from '../sessions/session.graphql.js';
import { SessionService } from '../sessions/session.service.js';
import type { SessionDetails } from '../sessions/session.types.js';
import { User } from '../users/user.graphql.js';
import { UserLoader } from '../users/user-loader.service.js';
import type { User as UserFacts } from '../users/user.types.js';
import { Membership, MembershipConnection, Viewer } from './viewer.graphql.js';

const ownBusiness = 'the viewer asks about themselves';

@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(
    private readonly users: UserLoader,
    private readonly sessions: SessionService,
    private readonly members: MemberService,
  ) {}

  @Query(() => Viewer, { description: 'Who is calling: a person, a key, or the administrator.' })
  @Requires('signedIn')
  viewer(@CurrentCaller() { actor, sessionId }: Caller): Viewer {
    const { id, kind, label, isInstanceAdministrator } = actor;
    return { id, kind, label, isInstanceAdministrator, sessionId };
  }

  @ResolveField(() => User, { nullable: true, description: 'The person; null for anybody else.' })
  @Public(ownBusiness)
  async user(@Parent() { kind, id }: Viewer): Promise<UserFacts | null> {
    return kind === 'user' ? this.users.load(id) : null;
  }

  @ResolveField(() => Session, { nullable: true, description: 'The sign-in that they call through; null without one.' })
  @Public(ownBusiness)
  async session(@Parent() { sessionId }: Viewer): Promise<SessionDetails | null> {
    return sessionId === null ? null : this.sessions.findById(sessionId);
  }

  @ResolveField(() => MembershipConnection, {
    description:
      'The organizations that the person is a member of, with their role in each. A key has none: ask `organizations`.',
  })
  @Public(ownBusiness)
  organizations(
    @Parent() { id }: Viewer,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<Membership>> {
    return this.members.pageOfUser(id, { first, after });
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  constructor(private readonly organizations: OrganizationLoader) {}

  @ResolveField(() => Organization, { description: 'The organization.' })
  @Public('a member may know what their organization is called; what lies in it is guarded there')
  organization(@Parent() { organizationId }: Membership): Promise<OrganizationFacts> {
    return this.organizations.load(organizationId);
  }
}
