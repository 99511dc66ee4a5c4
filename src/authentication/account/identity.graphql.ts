import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { LinkedIdentity } from './sign-in-methods.service.js';

@ObjectType({ description: 'What a provider or connection calls a person: one of the ways by which they sign in.' })
export class Identity implements Omit<LinkedIdentity, 'source'> {
  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, { description: 'The provider or connection, as a person knows it.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its key, as in addresses; null where it is gone or switched off, so that nobody signs in with it.',
  })
  key!: string | null;

  @Field(() => String, { description: 'Who says so. With the subject it names the person; the email never does.' })
  issuer!: string;

  @Field(() => String, { description: 'What the issuer calls the person, for ever.' })
  subject!: string;

  @Field(() => Date, { description: 'When it was linked.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the person last signed in with it.' })
  lastSignedInAt!: Date;
}

@InputType({ description: 'The identity to take away from its person.' })
export class UnlinkIdentityInput extends MutationInput {
  @Field(() => ID, { description: 'The identity.' })
  @IsString()
  identityId!: string;
}

@ObjectType({ description: 'What unlinking an identity gives.' })
export class UnlinkIdentityPayload {
  @Field(() => Identity, { description: 'The identity as it was.' })
  identity!: LinkedIdentity;
}
