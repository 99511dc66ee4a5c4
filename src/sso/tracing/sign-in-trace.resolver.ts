import { Args, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Organization } from '../../organizations/organization.graphql.js';
import type { Organization as OrganizationFacts } from '../../organizations/organization.types.js';
import type { Connection } from '../../platform/graphql/connection.js';
import { Requires } from '../../policy/requires.decorator.js';
import { SignInTrace, SignInTraceConnection, SignInTraceFilter } from './sign-in-trace.graphql.js';
import { SignInTraceReader } from './sign-in-trace-reader.service.js';
import type { SignInTrace as Facts } from './sign-in-trace.types.js';

@Resolver(() => Organization)
export class SignInTraceResolver {
  constructor(private readonly traces: SignInTraceReader) {}

  @Query(() => SignInTrace, {
    description:
      'One attempt to sign in, by the reference that the person was shown. Those at a provider of the instance are for its ' +
      'administrators.',
  })
  @Requires('sso.read', 'reference', SignInTraceReader)
  signInTrace(@Args('reference') reference: string): Promise<Facts> {
    return this.traces.get(reference);
  }

  @ResolveField(() => SignInTraceConnection, {
    description: 'Attempts to sign in through its connections in the last thirty days, newest first.',
  })
  @Requires('sso.read', 'parent.id')
  signInTraces(
    @Parent() { id }: OrganizationFacts,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
    @Args('filter', { nullable: true }) filter?: SignInTraceFilter,
  ): Promise<Connection<Facts>> {
    return this.traces.list(id, { first, after }, filter ?? {});
  }
}
