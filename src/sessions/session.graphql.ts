import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { SecondFactor, SignInMethod } from '../policy/proof.js';
import type { Session as SessionFacts } from './session.types.js';

@ObjectType({ description: 'One sign-in of a person, in one browser.' })
export class Session implements Omit<SessionFacts, 'userId' | 'organizationId'> {
  @Field(() => ID, { description: 'Opaque and stable. Not what the cookie holds.' })
  id!: string;

  @Field(() => String, {
    description: 'How the person proved who they are: `password`, `oidc`, `oauth2` or `passkey`.',
  })
  method!: SignInMethod;

  @Field(() => String, {
    nullable: true,
    description: 'The key of the provider or connection that vouched for them; null for a password or a passkey.',
  })
  connection!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What they proved besides: `totp`, `passkey` or `recoveryCode`; null for nothing.',
  })
  secondFactor!: SecondFactor | null;

  @Field(() => Date, {
    description: 'When they last proved who they are. What is dangerous asks for a proof of the last ten minutes.',
  })
  provenAt!: Date;

  @Field(() => Date, { description: 'When they signed in.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it ends at the latest, however much it is used.' })
  expiresAt!: Date;
}
