import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Public } from '../../policy/requires.decorator.js';
import { SsoTestRun } from '../testing/sso-test.graphql.js';
import { SignInTrace } from './sign-in-trace.graphql.js';
import type { SignInTrace as Facts } from './sign-in-trace.types.js';
import { TestTraceLoader } from './test-trace-loader.service.js';

@Resolver(() => SsoTestRun)
export class TestTraceResolver {
  constructor(private readonly traces: TestTraceLoader) {}

  @ResolveField(() => SignInTrace, {
    nullable: true,
    description: 'Its way, step by step; null where nobody has run it.',
  })
  @Public('a test is shown only to those who may read the single sign-on of its organization')
  trace(@Parent() { id }: SsoTestRun): Promise<Facts | null> {
    return this.traces.of(id);
  }
}
