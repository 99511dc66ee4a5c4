import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '../../access/viewer.graphql.js';
import type { Connection } from '../../platform/graphql/connection.js';
import type { Actor } from '../../policy/actor.js';
import type { Caller } from '../../policy/current.decorators.js';
import { CurrentActor, CurrentCaller } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { SessionConnection } from '../../sessions/session.graphql.js';
import { SessionService } from '../../sessions/session.service.js';
import type { SessionDetails } from '../../sessions/session.types.js';
import {
  RevokeAllSessionsInput,
  RevokeAllSessionsPayload,
  RevokeOtherSessionsInput,
  RevokeOtherSessionsPayload,
  RevokeSessionInput,
  RevokeSessionPayload,
} from './session-management.graphql.js';
import { SessionManagementService } from './session-management.service.js';

@Resolver(() => Viewer)
export class SessionManagementResolver {
  constructor(
    private readonly all: SessionService,
    private readonly management: SessionManagementService,
  ) {}

  @ResolveField(() => SessionConnection, {
    description: 'The live sessions of the person who is calling, the latest sign-in first. Nobody else has any.',
  })
  @Public('the viewer asks about themselves')
  sessions(
    @Parent() { id }: Viewer,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<SessionDetails>> {
    return this.all.list(id, { first, after });
  }

  @Mutation(() => RevokeSessionPayload, {
    description:
      'Ends a session: one’s own; anybody’s for an instance administrator; or, with members.manage in the organization that has ' +
      'verified the domain of their address, that of a member. It is dead on the server at the next request. Errors: NOT_FOUND; CANNOT_GRANT.',
  })
  @Requires('signedIn')
  async revokeSession(
    @CurrentActor() actor: Actor,
    @Args('input') { sessionId }: RevokeSessionInput,
  ): Promise<RevokeSessionPayload> {
    return { session: await this.management.revoke(actor, sessionId) };
  }

  @Mutation(() => RevokeAllSessionsPayload, {
    description: 'Ends every session of a person, for those who may end one of them. Errors: NOT_FOUND; CANNOT_GRANT.',
  })
  @Requires('signedIn')
  async revokeAllSessions(
    @CurrentActor() actor: Actor,
    @Args('input') { userId }: RevokeAllSessionsInput,
  ): Promise<RevokeAllSessionsPayload> {
    return { revokedCount: await this.management.revokeAll(actor, userId) };
  }

  @Mutation(() => RevokeOtherSessionsPayload, {
    description: 'Ends every session of the person who is calling, but for the one that they call through.',
  })
  @Requires('user')
  async revokeOtherSessions(
    @CurrentCaller() caller: Caller,
    @Args('input') _: RevokeOtherSessionsInput,
  ): Promise<RevokeOtherSessionsPayload> {
    return { revokedCount: await this.management.revokeOthers(caller) };
  }
}
