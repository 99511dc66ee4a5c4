import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { connectionType } from '../../platform/graphql/connection.js';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { Permission } from '../../policy/permissions.js';
import { NotBeside } from '../not-beside.decorator.js';
import type {
  NewServiceAccount,
  ServiceAccount as AccountFacts,
  ServiceAccountChange,
} from './service-account.types.js';

@ObjectType({
  description: 'A named owner of keys, which outlives whoever made it. It signs in nowhere: its keys act.',
})
export class ServiceAccount implements AccountFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  organizationId!: string;
  projectId!: string | null;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description!: string | null;

  @Field(() => [String], { description: 'What its keys may do at most, in the names of the catalogue.' })
  permissions!: Permission[];

  @Field(() => ID, { description: 'The user or key that made it; `administrator` or `system` for those.' })
  createdBy!: string;

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;
}

export const ServiceAccountConnection = connectionType(ServiceAccount, 'ServiceAccount');

@InputType({
  description: 'A new service account: of a project or of the organization, so exactly one of the two ids is given.',
})
export class CreateServiceAccountInput extends MutationInput implements NewServiceAccount {
  @Field(() => ID, { nullable: true, description: 'The project, for one whose keys reach no further.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  projectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The organization, for one whose keys reach all of it.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @NotBeside('projectId')
  organizationId?: string | null;

  @Field(() => String, { description: 'The name to show, 1 to 120 characters.' })
  @IsString()
  @Length(1, 120)
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 1000 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  description?: string | null;

  @Field(() => [String], {
    description: 'What its keys may do at most, in the names of `permissions`. Nobody gives it what they do not hold.',
  })
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  permissions!: string[];
}

@ObjectType({ description: 'What creating a service account gives.' })
export class CreateServiceAccountPayload {
  @Field(() => ServiceAccount, { description: 'The new service account.' })
  serviceAccount!: AccountFacts;
}

@InputType({ description: 'What is to change of a service account; what is left out stays.' })
export class UpdateServiceAccountInput extends MutationInput implements ServiceAccountChange {
  @Field(() => ID, { description: 'The service account.' })
  @IsString()
  @MaxLength(100)
  serviceAccountId!: string;

  @Field(() => String, { nullable: true, description: 'The new name, 1 to 120 characters.' })
  @IsOptional()
  @IsString()
  @Length(1, 120)
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What it is for, at most 1000 characters; an empty text takes it away.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'All that its keys may do at most from now on. What is not there any more no key of it has from the next request on. ' +
      'Nobody adds what they do not hold.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  permissions?: string[] | null;
}

@ObjectType({ description: 'What changing a service account gives.' })
export class UpdateServiceAccountPayload {
  @Field(() => ServiceAccount, { description: 'The service account as it is now.' })
  serviceAccount!: AccountFacts;
}

@InputType({ description: 'The service account to delete, and with it its keys.' })
export class DeleteServiceAccountInput extends MutationInput {
  @Field(() => ID, { description: 'The service account.' })
  @IsString()
  @MaxLength(100)
  serviceAccountId!: string;
}

@ObjectType({ description: 'What deleting a service account gives.' })
export class DeleteServiceAccountPayload {
  @Field(() => ServiceAccount, { description: 'The service account as it was.' })
  serviceAccount!: AccountFacts;
}
