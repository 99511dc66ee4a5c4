import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor, Scope } from '../../policy/actor.js';
import { CurrentActor, CurrentScope } from '../../policy/current.decorators.js';
import { Public, Requires } from '../../policy/requires.decorator.js';
import { toldCause } from '../diagnosis/sign-in-cause.types.js';
import { SsoConnectionLoader } from '../connections/sso-connection-loader.service.js';
import { SsoConnection } from '../connections/sso-connection.graphql.js';
import { SsoConnectionService } from '../connections/sso-connection.service.js';
import type { SsoConnection as ConnectionFacts } from '../connections/sso-connection.types.js';
import { SsoTestRun, TestSsoInput, TestSsoPayload } from './sso-test.graphql.js';
import { SsoTestService } from './sso-test.service.js';
import type { SsoTestRun as RunFacts } from './sso-test.types.js';

@Resolver(() => SsoConnection)
export class SsoTestResolver {
  constructor(
    private readonly tests: SsoTestService,
    private readonly loader: SsoConnectionLoader,
  ) {}

  @Mutation(() => TestSsoPayload, {
    description:
      'Prepares a test of the connection’s candidate, or of the connection as it is: a real sign-in, that changes nothing and ' +
      'shows the claims, whose account it would open, and with which role. It counts for the settings that it is run with.',
  })
  @Requires('sso.manage', 'input.connectionId', SsoConnectionService)
  async testSso(
    @CurrentActor() actor: Actor,
    @CurrentScope() scope: Scope,
    @Args('input') input: TestSsoInput,
  ): Promise<TestSsoPayload> {
    const { testUrl, run } = await this.tests.start(actor, scope.organizationId, input.connectionId);
    return { testUrl, testRun: shown(run) };
  }

  @ResolveField(() => SsoTestRun, { nullable: true, description: 'The latest test that was asked for.' })
  @Public('a connection is shown only to those who may read the single sign-on of its organization')
  async lastTest(@Parent() { id }: ConnectionFacts): Promise<SsoTestRun | null> {
    const run = await this.loader.lastTestOf(id);
    return run && shown(run);
  }
}

const empty = {
  reason: null,
  detail: null,
  issuer: null,
  subject: null,
  email: null,
  name: null,
  domains: [],
  emailMatches: null,
  claims: null,
  account: null,
  role: null,
  joins: null,
};

function shown({ report, ...run }: RunFacts): SsoTestRun {
  const found = report ?? empty;
  return { ...run, ...found, ...toldCause(found.reason, found.detail) };
}
