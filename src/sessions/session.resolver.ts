import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Caller } from '../policy/current.decorators.js';
import { CurrentCaller } from '../policy/current.decorators.js';
import { Public } from '../policy/requires.decorator.js';
import { Session } from './session.graphql.js';
import type { SessionDetails } from './session.types.js';

@Resolver(() => Session)
export class SessionResolver {
  @ResolveField(() => Boolean, { description: 'Whether it is the session of this very request.' })
  @Public('whoever was given a session may know whether it is their own')
  isCurrent(@CurrentCaller() { sessionId }: Caller, @Parent() { id }: SessionDetails): boolean {
    return id === sessionId;
  }
}
