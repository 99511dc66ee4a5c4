import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsDate, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import { ApiKey, CreateApiKeyPayload } from './api-key.graphql.js';
import type { ApiKey as ApiKeyFacts, Rotation } from './api-key.types.js';
import { NotBeside } from './not-beside.decorator.js';

@InputType({ description: 'The key to rotate, and how long it stays good beside the new one.' })
export class RotateApiKeyInput extends MutationInput implements Rotation {
  @Field(() => ID, { description: 'The key.' })
  @IsString()
  @MaxLength(100)
  apiKeyId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how long the old key outlives the first use of the new one: 0 to 2592000 seconds (30 days), 604800 (7 days) ' +
      'unless given. With 0 it dies at that very use.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(2_592_000)
  overlapSeconds?: number | null;

  @Field(() => Date, {
    nullable: true,
    description: 'In place of overlapSeconds: when the old key dies, whether the new one was used by then or not.',
  })
  @IsOptional()
  @IsDate({ message: 'endsAt must be an instant such as 2030-01-31T00:00:00Z' })
  @NotBeside('overlapSeconds')
  endsAt?: Date | null;
}

@ObjectType({ description: 'What rotating a key gives: the next pair.' })
export class RotateApiKeyPayload extends CreateApiKeyPayload {}

@InputType({ description: 'The key to revoke, at once and for good.' })
export class RevokeApiKeyInput extends MutationInput {
  @Field(() => ID, { description: 'The key.' })
  @IsString()
  @MaxLength(100)
  apiKeyId!: string;
}

@ObjectType({ description: 'What revoking a key gives.' })
export class RevokeApiKeyPayload {
  @Field(() => ApiKey, { description: 'The key as it is now.' })
  apiKey!: ApiKeyFacts;
}
