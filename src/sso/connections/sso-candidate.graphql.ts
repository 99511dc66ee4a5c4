import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsBoolean, IsOptional, IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { ConfigureSsoPayload } from './sso-mutation.graphql.js';

@InputType({ description: 'The connection whose candidate is to take over.' })
export class PromoteSsoCandidateInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Promotes it although it has passed no test sign-in. The trail tells so.',
  })
  @IsOptional()
  @IsBoolean()
  skipTest?: boolean | null;
}

@ObjectType({ description: 'What promoting a candidate gives.' })
export class PromoteSsoCandidatePayload extends ConfigureSsoPayload {}

@InputType({ description: 'The connection whose candidate is to be thrown away.' })
export class DiscardSsoCandidateInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;
}

@ObjectType({ description: 'What discarding a candidate gives.' })
export class DiscardSsoCandidatePayload extends ConfigureSsoPayload {}
