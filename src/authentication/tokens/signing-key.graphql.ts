import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsBoolean, IsOptional } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';

@ObjectType({ description: 'A key that tokens are signed with. Its public half is at `/.well-known/jwks.json`.' })
export class SigningKey {
  @Field(() => ID, { description: 'The `kid` of what it signs.' })
  id!: string;

  @Field(() => Date, { description: 'When it was made, and published.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it begins to sign.' })
  signsFrom!: Date;
}

@InputType({ description: 'Makes a new signing key before the present one has grown old.' })
export class RotateSigningKeyInput extends MutationInput {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the present key may be in wrong hands: the new one then signs at once, and all others are withdrawn with ' +
      'their tokens. Otherwise it is published now, signs in a minute and a half, and no token fails.',
  })
  @IsOptional()
  @IsBoolean()
  compromised?: boolean | null;
}

@ObjectType({ description: 'What rotating the signing key gives.' })
export class RotateSigningKeyPayload {
  @Field(() => SigningKey, { description: 'The new key.' })
  signingKey!: SigningKey;
}
