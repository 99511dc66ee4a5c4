import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { User as UserFacts } from './user.types.js';

@ObjectType({ description: 'A person.' })
export class User implements Pick<
  UserFacts,
  'id' | 'email' | 'name' | 'emailVerified' | 'isDeactivated' | 'createdAt'
> {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, { description: 'In canonical form: lower case, the domain in ASCII.' })
  email!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether a mailbox, a provider or an owned domain has proven the email.' })
  emailVerified!: boolean;

  @Field(() => Boolean, {
    name: 'deactivated',
    description: 'Whether the account is deactivated: nobody signs in to it.',
  })
  isDeactivated!: boolean;

  @Field(() => Date, { description: 'When the account was made.' })
  createdAt!: Date;
}
