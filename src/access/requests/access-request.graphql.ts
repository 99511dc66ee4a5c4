import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { GivenRole } from '../standing/standing.types.js';
import {
  accessRequestStates,
  type AccessRequest as AccessRequestFacts,
  type AccessRequestState as State,
} from './access-request.types.js';

const A_MINUTE = 60;
const A_YEAR = 366 * 24 * 60 * 60;

export const AccessRequestState = Object.fromEntries(accessRequestStates.map((state) => [state, state])) as {
  [S in State]: S;
};

registerEnumType(AccessRequestState, {
  name: 'AccessRequestState',
  description: 'What has become of a request for a role.',
  valuesMap: {
    PENDING: { description: 'It waits to be decided.' },
    EXPIRED: { description: 'Nobody decided it within 30 days; the member may ask again.' },
    APPROVED: { description: 'The role was granted.' },
    DECLINED: { description: 'The role was not granted.' },
    WITHDRAWN: { description: 'The member took it back.' },
  },
});

@ObjectType({ description: 'A role that a member asks for, beside the role of their membership.' })
export class AccessRequest implements AccessRequestFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => ID, { description: 'The organization.' })
  organizationId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The project that it would count in; null: the organization with all its projects.',
  })
  projectId!: string | null;

  @Field(() => ID, { description: 'The member who asks, for themselves.' })
  userId!: string;

  role!: GivenRole;

  @Field(() => Int, {
    nullable: true,
    description: 'For how many seconds from the approval on it is asked for; null: for good.',
  })
  forSeconds!: number | null;

  @Field(() => String, { description: 'Why they need it, in their words.' })
  reason!: string;

  @Field(() => AccessRequestState, { description: 'What has become of it.' })
  state!: State;

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was approved, declined or withdrawn.' })
  decidedAt!: Date | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user or key that decided, or the kind of another actor.',
  })
  decidedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'What who decided had to say.' })
  note!: string | null;

  @Field(() => ID, { nullable: true, description: 'The grant that the approval made, while it is there.' })
  roleGrantId!: string | null;
}

export const AccessRequestConnection = connectionType(AccessRequest, 'AccessRequest');

@InputType({ description: 'A role that one asks for: in an organization, or in one project.' })
export class RequestAccessInput extends MutationInput {
  @Field(() => ID, { nullable: true, description: 'The organization, for it and all its projects.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  organizationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'One project instead.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  projectId?: string | null;

  @Field(() => ID, { description: 'ADMIN, MEMBER, VIEWER, or the id of a role of the organization’s own.' })
  @IsString()
  @MaxLength(100)
  roleId!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'For how many seconds from the approval on: a minute to a year. For good, unless given.',
  })
  @IsOptional()
  @IsInt()
  @Min(A_MINUTE)
  @Max(A_YEAR)
  forSeconds?: number | null;

  @Field(() => String, { description: 'Why, for who decides: at most 500 characters.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  reason!: string;
}

@ObjectType({ description: 'What asking for a role gives.' })
export class RequestAccessPayload {
  @Field(() => AccessRequest, { description: 'The request, which waits to be decided.' })
  accessRequest!: AccessRequestFacts;
}

@InputType({ description: 'The request to approve.' })
export class ApproveAccessRequestInput extends MutationInput {
  @Field(() => ID, { description: 'The request.' })
  @IsString()
  @MaxLength(100)
  accessRequestId!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'For how many seconds from now on, a minute to a year, in place of what was asked for.',
  })
  @IsOptional()
  @IsInt()
  @Min(A_MINUTE)
  @Max(A_YEAR)
  forSeconds?: number | null;

  @Field(() => String, { nullable: true, description: 'A word to who asked: at most 500 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  note?: string | null;
}

@ObjectType({ description: 'What approving a request gives.' })
export class ApproveAccessRequestPayload {
  @Field(() => AccessRequest, { description: 'The request, with the grant that was made.' })
  accessRequest!: AccessRequestFacts;
}

@InputType({ description: 'The request to decline.' })
export class DeclineAccessRequestInput extends MutationInput {
  @Field(() => ID, { description: 'The request.' })
  @IsString()
  @MaxLength(100)
  accessRequestId!: string;

  @Field(() => String, { nullable: true, description: 'A word to who asked: at most 500 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  note?: string | null;
}

@ObjectType({ description: 'What declining a request gives.' })
export class DeclineAccessRequestPayload {
  @Field(() => AccessRequest, { description: 'The request as it was declined.' })
  accessRequest!: AccessRequestFacts;
}

@InputType({ description: 'The request of one’s own to take back.' })
export class WithdrawAccessRequestInput extends MutationInput {
  @Field(() => ID, { description: 'The request.' })
  @IsString()
  @MaxLength(100)
  accessRequestId!: string;
}

@ObjectType({ description: 'What taking a request back gives.' })
export class WithdrawAccessRequestPayload {
  @Field(() => AccessRequest, { description: 'The request as it was withdrawn.' })
  accessRequest!: AccessRequestFacts;
}
