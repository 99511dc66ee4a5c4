import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDate,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { connectionType } from '../platform/graphql/connection.js';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import type { Permission } from '../policy/permissions.js';
import { NotBeside } from './not-beside.decorator.js';
import { ApiKeyRateLimit, ApiKeyRateLimitInput } from './rate-limit/rate-limit.graphql.js';
import type { ApiKey as ApiKeyFacts, ApiKeyScope as Scope, NewApiKey } from './api-key.types.js';

export const ApiKeyScope = { PROJECT: 'PROJECT', ORGANIZATION: 'ORGANIZATION' } as const;

registerEnumType(ApiKeyScope, {
  name: 'ApiKeyScope',
  description: 'How far a key reaches.',
  valuesMap: {
    PROJECT: { description: 'One project, and nothing beside it.' },
    ORGANIZATION: { description: 'The organization and each of its projects.' },
  },
});

@ObjectType({ description: 'A key with which a program proves itself. Its secret was shown when it was made.' })
export class ApiKey implements ApiKeyFacts {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  organizationId!: string;
  projectId!: string | null;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it is for, in the words of whoever made it.' })
  note!: string | null;

  @Field(() => ApiKeyScope, { description: 'How far it reaches.' })
  scope!: Scope;

  @Field(() => String, { description: 'The half that names it, `pk-gh-…`: no secret.' })
  publicKey!: string;

  @Field(() => String, { description: 'What can be shown of the secret: its start and its last four characters.' })
  displaySecret!: string;

  @Field(() => [String], {
    description: 'What it was given, in the names of the catalogue. It counts as far as `effectivePermissions` has it.',
  })
  permissions!: Permission[];

  effectivePermissions!: Permission[] | null;

  @Field(() => [String], {
    description: 'The networks that it may be used from, in CIDR notation; none: from anywhere.',
  })
  allowedCidrs!: string[];

  @Field(() => ApiKeyRateLimit, {
    nullable: true,
    description: 'How often it may be used; null: as often as it likes.',
  })
  rateLimit!: ApiKeyRateLimit | null;

  @Field(() => ID, { description: 'The user or key that made it; `administrator` or `system` for those.' })
  createdBy!: string;

  /** The `serviceAccount` field is read for a whole page at once. */
  serviceAccountId!: string | null;

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; null: never.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was last used, some seconds late; null: never.' })
  lastUsedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was revoked; null: it was not.' })
  revokedAt!: Date | null;

  @Field(() => ID, { nullable: true, description: 'The key in whose place it was made; null: in none.' })
  rotatedFromId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The key that takes its place; null: it was not rotated.' })
  successorId!: string | null;

  rotatedAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how long it outlives the first use of its successor; null: it was not rotated, or dies at a date.',
  })
  overlapSeconds!: number | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When it dies because it was rotated; null: it was not, or its successor was never used.',
  })
  diesAt!: Date | null;
}

export const ApiKeyConnection = connectionType(ApiKey, 'ApiKey');

@InputType({ description: 'A new key: of a project or of an organization, so exactly one of the two ids is given.' })
export class CreateApiKeyInput extends MutationInput implements NewApiKey {
  @Field(() => ID, { nullable: true, description: 'The project, for a key that reaches no further.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  projectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The organization, for a key that reaches all of it.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @NotBeside('projectId')
  organizationId?: string | null;

  @Field(() => String, { description: 'The name to show, 1 to 120 characters.' })
  @IsString()
  @Length(1, 120)
  name!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'What it may do, in the names of `permissions`. Nobody gives a key what they do not hold. ' +
      'Unless given: what the application asks for in projects (`traces.read` and its like), as far as the caller holds it.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  permissions?: string[] | null;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; never, unless given.' })
  @IsOptional()
  @IsDate({ message: 'expiresAt must be an instant such as 2030-01-31T00:00:00Z' })
  expiresAt?: Date | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'The networks that it may be used from, in CIDR notation, or single addresses; at most 50. From anywhere, unless ' +
      'given. A key gives one that it makes no others than its own.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  allowedCidrs?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The service account whose key it is: of the same project, or of the organization like the key. It then has at most ' +
      'the permissions of that, and stays when its maker leaves.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  serviceAccountId?: string | null;

  @Field(() => ApiKeyRateLimitInput, {
    nullable: true,
    description:
      'How often it may be used; as often as it likes, unless given. A key gives one that it makes no higher limit than ' +
      'its own.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => ApiKeyRateLimitInput)
  rateLimit?: ApiKeyRateLimitInput | null;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 1000 characters.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  note?: string | null;
}

@ObjectType({ description: 'What creating a key gives.' })
export class CreateApiKeyPayload {
  @Field(() => ApiKey, { description: 'The new key.' })
  apiKey!: ApiKeyFacts;

  @Field(() => String, { description: 'The half that names it.' })
  publicKey!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The secret half. It is shown here once and kept nowhere: a repetition with the same idempotencyKey gives null.',
  })
  secretKey!: string | null;
}
