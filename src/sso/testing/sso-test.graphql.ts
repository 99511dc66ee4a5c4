import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { Json } from '../../platform/graphql/json.scalar.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import { SignInCauseCode } from '../diagnosis/sign-in-cause.graphql.js';
import type { SignInCauseCode as Cause } from '../diagnosis/sign-in-causes.js';
import { testAccounts, testOutcomes, type TestAccount, type TestOutcome } from './sso-test.types.js';

export const SsoTestOutcome = Object.fromEntries(testOutcomes.map((outcome) => [outcome, outcome])) as {
  [O in TestOutcome]: O;
};

registerEnumType(SsoTestOutcome, {
  name: 'SsoTestOutcome',
  description: 'How a test sign-in ended.',
  valuesMap: {
    PENDING: { description: 'Nobody has run it to its end yet.' },
    PASSED: { description: 'Whoever ran it would be signed in.' },
    FAILED: { description: 'Whoever ran it would be refused; `explanation` and `remedy` say why, and what to do.' },
    EXPIRED: { description: 'Nobody ran it to its end within half an hour.' },
  },
});

export const SsoTestAccount = Object.fromEntries(testAccounts.map((account) => [account, account])) as {
  [A in TestAccount]: A;
};

registerEnumType(SsoTestAccount, {
  name: 'SsoTestAccount',
  description: 'Whose account a sign-in like the test would open.',
  valuesMap: {
    KNOWN: { description: 'The one that has signed in by this connection before.' },
    JOINED: { description: 'The one with that email, which signs in another way until now, and keeps everything.' },
    CREATED: { description: 'A new one.' },
  },
});

@ObjectType({ description: 'A test sign-in: a real one, that changes nothing.' })
export class SsoTestRun {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => SsoTestOutcome, { description: 'How it ended.' })
  outcome!: TestOutcome;

  @Field(() => Boolean, { description: 'Whether the candidate was tried, and not the connection as it is.' })
  ofCandidate!: boolean;

  @Field(() => Date, { description: 'When it was asked for.' })
  startedAt!: Date;

  @Field(() => Date, { description: 'Until when it can be run.' })
  expiresAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When its browser came back.' })
  finishedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it failed, in the word that the trail has for a sign-in that is refused.',
  })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What exactly was wrong, where the reason alone does not say it.',
  })
  detail!: string | null;

  @Field(() => SignInCauseCode, { nullable: true, description: 'The one plain cause of it.' })
  cause!: Cause | null;

  @Field(() => String, { nullable: true, description: 'The cause in a sentence.' })
  explanation!: string | null;

  @Field(() => String, { nullable: true, description: 'What to do about it.' })
  remedy!: string | null;

  @Field(() => String, { nullable: true, description: 'Who the provider says it is.' })
  issuer!: string | null;

  @Field(() => String, { nullable: true, description: 'What the provider calls the person, for ever.' })
  subject!: string | null;

  @Field(() => String, { nullable: true, description: 'The email that the provider named.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that the provider gave.' })
  name!: string | null;

  @Field(() => [String], { description: 'The domains that the connection speaks for.' })
  domains!: readonly string[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the email lies in one of them; null where there is none.',
  })
  emailMatches!: boolean | null;

  @Field(() => Json, {
    nullable: true,
    description: 'What the provider said of the person, without what only belongs to the protocol.',
  })
  claims!: Readonly<Record<string, unknown>> | null;

  @Field(() => SsoTestAccount, { nullable: true, description: 'Whose account a sign-in like this would open.' })
  account!: TestAccount | null;

  @Field(() => Role, {
    nullable: true,
    description: 'The role in the organization that they would have; null: they would be no member.',
  })
  role!: BuiltInRole | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the sign-in itself would make them a member, with that role; null where they would be refused.',
  })
  joins!: boolean | null;
}

@InputType({ description: 'The connection to test.' })
export class TestSsoInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;
}

@ObjectType({ description: 'What asking for a test gives.' })
export class TestSsoPayload {
  @Field(() => String, {
    nullable: true,
    description:
      'Open it in a browser: it leads to the identity provider, and shows what came back. For half an hour, once, and for ' +
      'whoever has it; shown this once.',
  })
  testUrl!: string | null;

  @Field(() => SsoTestRun, { description: 'The test, as it is now.' })
  testRun!: SsoTestRun;
}
