import { Field, ObjectType } from '@nestjs/graphql';
import type { RecentUse } from './recent-use.types.js';

@ObjectType({ description: 'From where a key is used: one address with one user agent.' })
export class ApiKeyUse implements RecentUse {
  @Field(() => String, {
    nullable: true,
    description:
      'The address that it came from: for a question about the key the `ip` that the product told, or the address of the ' +
      'product itself. Null: unknown.',
  })
  address!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `User-Agent` of the request to Gatehouse, at most 300 characters of it; null: it had none.',
  })
  userAgent!: string | null;

  @Field(() => Date, { description: 'The first use that is still known.' })
  firstUsedAt!: Date;

  @Field(() => Date, { description: 'The last use, up to half a minute late.' })
  lastUsedAt!: Date;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether that was after the key was rotated: whoever it is has not changed over to its successor. Null: it was not ' +
      'rotated.',
  })
  usedSinceRotation!: boolean | null;
}
