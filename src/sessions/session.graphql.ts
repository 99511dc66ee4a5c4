import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { Session as SessionFacts, SignInMethod } from './session.types.js';

@ObjectType({ description: 'One sign-in of a person, in one browser.' })
export class Session implements Omit<SessionFacts, 'userId'> {
  @Field(() => ID, { description: 'Opaque and stable. Not what the cookie holds.' })
  id!: string;

  @Field(() => String, { description: 'How the person proved who they are: `password`, `oidc` or `oauth2`.' })
  method!: SignInMethod;

  @Field(() => String, {
    nullable: true,
    description: 'The key of the provider or connection that vouched for them; null for a password.',
  })
  connection!: string | null;

  @Field(() => Date, { description: 'When they signed in.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it ends at the latest, however much it is used.' })
  expiresAt!: Date;
}
