import { Field, ID, ObjectType } from '@nestjs/graphql';
import { connectionType } from '../platform/graphql/connection.js';
import type { SecondFactor, SignInMethod } from '../policy/proof.js';
import type { SessionDetails } from './session.types.js';

@ObjectType({ description: 'One sign-in of a person, in one browser.' })
export class Session implements Omit<SessionDetails, 'userId'> {
  @Field(() => ID, { description: 'Opaque and stable. Not what the cookie holds.' })
  id!: string;

  @Field(() => String, {
    description: 'How the person proved who they are: `password`, `oidc`, `oauth2`, `saml` or `passkey`.',
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

  @Field(() => ID, {
    nullable: true,
    description: 'The organization in which they work: they have chosen it, and it gives no right.',
  })
  organizationId!: string | null;

  @Field(() => Date, {
    description: 'When they last proved who they are. What is dangerous asks for a proof of the last ten minutes.',
  })
  provenAt!: Date;

  @Field(() => Date, { description: 'When they signed in.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it ends at the latest, however much it is used.' })
  expiresAt!: Date;

  @Field(() => Date, { description: 'When it was last used, to within five minutes.' })
  lastSeenAt!: Date;

  @Field(() => String, {
    description:
      'Browser and system in words, as the browser calls itself: `Firefox on Windows`. A hint, and no proof.',
  })
  device!: string;

  @Field(() => String, { nullable: true, description: 'The address that it was opened from.' })
  address!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The network of that address: the /24 of IPv4, the /64 of IPv6. Where that is on a map nobody is asked.',
  })
  network!: string | null;
}

export const SessionConnection = connectionType(Session, 'Session');
