import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { SignInCauseCode } from '../diagnosis/sign-in-cause.graphql.js';
import type { SignInCauseCode as Cause } from '../diagnosis/sign-in-causes.js';
import {
  traceOutcomes,
  tracePurposes,
  traceSteps,
  type SignInTrace as Facts,
  type TraceOutcome,
  type TracePurpose,
  type TraceStep,
  type TraceStepName,
} from './sign-in-trace.types.js';

export const SignInTraceStepName = asEnum<TraceStepName>(traceSteps);
export const SignInTracePurpose = asEnum<TracePurpose>(tracePurposes);
export const SignInTraceOutcome = asEnum<TraceOutcome>(traceOutcomes);

function asEnum<Name extends string>(names: readonly Name[]): { readonly [N in Name]: N } {
  return Object.fromEntries(names.map((name) => [name, name])) as { [N in Name]: N };
}

registerEnumType(SignInTraceStepName, {
  name: 'SignInTraceStepName',
  description: 'How far an attempt to sign in has come.',
  valuesMap: {
    BEGUN: { description: 'The person asked to be signed in.' },
    SENT_TO_PROVIDER: { description: 'Their browser was sent to the identity provider.' },
    CAME_BACK: { description: 'It came back with the answer to this attempt.' },
    CODE_EXCHANGED: { description: 'The provider took the code that it had given, where the protocol has one.' },
    PROOF_CHECKED: { description: 'What the provider says of the person has passed every check.' },
    ACCOUNT_JUDGED: { description: 'The rules for accounts let the person in.' },
    SIGNED_IN: { description: 'A session was opened.' },
  },
});

registerEnumType(SignInTracePurpose, {
  name: 'SignInTracePurpose',
  description: 'What an attempt was for.',
  valuesMap: {
    SIGN_IN: { description: 'To sign in.' },
    CONFIRM: { description: 'To prove again who they are, by somebody who is signed in.' },
    LINK: { description: 'To sign in by this way from then on, by somebody who is signed in.' },
    TEST: { description: 'To see what would come of it: a test of the connection or of its candidate.' },
  },
});

registerEnumType(SignInTraceOutcome, {
  name: 'SignInTraceOutcome',
  description: 'How an attempt ended.',
  valuesMap: {
    UNDER_WAY: { description: 'The browser is at the identity provider, and may still come back.' },
    SUCCEEDED: { description: 'The person was let in; of a test: they would be.' },
    REFUSED: { description: 'It failed; `cause` and the last step say why.' },
    ABANDONED: { description: 'The browser has not come back within ten minutes.' },
  },
});

@ObjectType({ description: 'One step of an attempt to sign in.' })
export class SignInTraceStep implements TraceStep {
  @Field(() => SignInTraceStepName, { description: 'Which one.' })
  step!: TraceStepName;

  @Field(() => Date, { description: 'When it was passed, or failed.' })
  at!: Date;

  @Field(() => Boolean, { description: 'Whether it was passed. The one that was not is the last.' })
  passed!: boolean;

  @Field(() => String, { nullable: true, description: 'What a check that failed had expected.' })
  expected!: string | null;

  @Field(() => String, { nullable: true, description: 'What it found instead. Never a token, a code or a secret.' })
  found!: string | null;
}

@ObjectType({ description: 'One attempt to sign in through an identity provider, kept for thirty days.' })
export class SignInTrace implements Omit<Facts, 'organizationId'> {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The connection; null for a provider of the instance, and once it is deleted.',
  })
  connectionId!: string | null;

  @Field(() => String, { description: 'The key of the connection or provider: `acme.com.okta`.' })
  connectionKey!: string;

  @Field(() => SignInTracePurpose, { description: 'What it was for.' })
  purpose!: TracePurpose;

  @Field(() => [String], {
    description:
      'What finds it: the ids of the requests that it began and ended with. The last is what the person was shown.',
  })
  references!: readonly string[];

  @Field(() => String, { nullable: true, description: 'The redirect URI that was sent to the provider.' })
  redirectUri!: string | null;

  @Field(() => Date, { description: 'When it was begun.' })
  begunAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended; null where it has not.' })
  finishedAt!: Date | null;

  @Field(() => SignInTraceOutcome, { description: 'How it ended.' })
  outcome!: TraceOutcome;

  @Field(() => String, { nullable: true, description: 'Why it was refused, in the word that the trail has for it.' })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What exactly was wrong, where the reason alone does not say it.',
  })
  detail!: string | null;

  @Field(() => String, { nullable: true, description: 'The email that the provider named, if it came so far.' })
  email!: string | null;

  @Field(() => SignInCauseCode, { nullable: true, description: 'The one plain cause of a failure.' })
  cause!: Cause | null;

  @Field(() => String, { nullable: true, description: 'The cause in a sentence.' })
  explanation!: string | null;

  @Field(() => String, { nullable: true, description: 'What to do about it.' })
  remedy!: string | null;

  @Field(() => [SignInTraceStep], { description: 'What happened, in its order.' })
  steps!: readonly TraceStep[];
}

export const SignInTraceConnection = connectionType(SignInTrace, 'SignInTrace');

@InputType({ description: 'Which attempts to show; each given field narrows it.' })
export class SignInTraceFilter {
  @Field(() => ID, { nullable: true, description: 'Only those through this connection.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  connectionId?: string;

  @Field(() => SignInTraceOutcome, { nullable: true, description: 'Only those that ended like this.' })
  @IsOptional()
  @IsIn(traceOutcomes)
  outcome?: TraceOutcome;

  @Field(() => String, { nullable: true, description: 'Only those in which the provider named this email.' })
  @IsOptional()
  @IsString()
  @MaxLength(320)
  email?: string;
}
