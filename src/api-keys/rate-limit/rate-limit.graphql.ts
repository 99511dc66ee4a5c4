import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsInt, Max, Min } from 'class-validator';
import type { RateLimit } from './rate-limit.types.js';

@ObjectType({ description: 'How often a key may be used, in all places together.' })
export class ApiKeyRateLimit implements RateLimit {
  @Field(() => Int, { description: 'So many requests in a window.' })
  requests!: number;

  @Field(() => Int, { description: 'How long a window is, in seconds. It begins with the first request in it.' })
  perSeconds!: number;
}

@InputType({ description: 'How often a key may be used: 100 requests per 60 seconds, say.' })
export class ApiKeyRateLimitInput implements RateLimit {
  @Field(() => Int, { description: 'So many requests in a window: 1 to 100000000.' })
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  requests!: number;

  @Field(() => Int, { description: 'How long a window is: 1 to 86400 seconds (a day).' })
  @IsInt()
  @Min(1)
  @Max(86_400)
  perSeconds!: number;
}
