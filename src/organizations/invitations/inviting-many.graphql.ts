import { Field, ID, InputType, ObjectType, OmitType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, ValidateNested } from 'class-validator';
import type { ErrorCode } from '../../platform/errors/app-error.js';
import { ErrorCodeEnum } from '../../platform/graphql/error-code.enum.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Invitation, InviteMemberInput } from './invitation.graphql.js';
import type { Invitation as InvitationFacts } from './invitation.types.js';

const MOST = 100;

@InputType({ description: 'One of those to invite, and to what.' })
export class InvitationOfferInput extends OmitType(
  InviteMemberInput,
  ['organizationId', 'idempotencyKey'] as const,
  InputType,
) {}

@InputType({ description: 'Whom to invite, and to what each.' })
export class InviteMembersInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => [InvitationOfferInput], { description: `1 to ${MOST}; seats are given in their order.` })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => InvitationOfferInput)
  invitations!: InvitationOfferInput[];
}

@ObjectType({ description: 'Why somebody was not invited, as `inviteMember` would have told it.' })
export class InvitationProblem {
  @Field(() => ErrorCodeEnum, { description: 'The code.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'What happened, in words for a person.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The field of the offer that is not right, if it is one.' })
  field!: string | null;
}

@ObjectType({ description: 'What became of one offer: an invitation, or the reason why there is none.' })
export class InvitationResult {
  @Field(() => String, { description: 'The address as it was given.' })
  email!: string;

  @Field(() => Invitation, { nullable: true, description: 'The invitation; its mail is on the way.' })
  invitation!: InvitationFacts | null;

  @Field(() => InvitationProblem, { nullable: true, description: 'Null where there is an invitation.' })
  error!: InvitationProblem | null;
}

@ObjectType({ description: 'What inviting a list of people gives.' })
export class InviteMembersPayload {
  @Field(() => [InvitationResult], { description: 'One for each offer, in their order.' })
  results!: InvitationResult[];
}
