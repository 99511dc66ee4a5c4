import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { Member } from './member.graphql.js';

@InputType({ description: 'Who is to own the organization in the place of the caller.' })
export class TransferOwnershipInput extends MutationInput {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  organizationId!: string;

  @Field(() => ID, { description: 'The member who becomes an owner.' })
  @IsString()
  userId!: string;
}

@ObjectType({ description: 'What handing an organization over gives.' })
export class TransferOwnershipPayload {
  @Field(() => Member, { description: 'The new owner. The caller is an administrator from now on.' })
  member!: Member;
}
