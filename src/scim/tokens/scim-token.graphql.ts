import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsDate, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import { builtInRoles, type BuiltInRole } from '../../policy/permissions.js';
import { Role } from '../../policy/role.graphql.js';
import type { ProvisionedRole } from '../scim-client.types.js';
import type { NewScimToken, ScimToken as TokenFacts } from './scim-token.types.js';

@ObjectType({
  description:
    'A token by which a directory (an identity provider) provisions the people of one organization at its `scimBaseUrl`. ' +
    'It is good for nothing else. The token itself is shown once, when it is made.',
})
export class ScimToken implements Omit<TokenFacts, 'organizationId'> {
  @Field(() => ID, { description: 'Opaque and stable. The trail names the directory by it as the actor.' })
  id!: string;

  @Field(() => String, { description: 'The name to show: whose directory it is.' })
  name!: string;

  @Field(() => String, { description: 'Its start and its last four characters, so that it can be told from others.' })
  display!: string;

  @Field(() => Role, { description: 'The built-in role that people get whom the directory brings.' })
  role!: ProvisionedRole;

  @Field(() => String, { description: 'Who made it, as the trail knows them: an email, a public key.' })
  createdBy!: string;

  @Field(() => Date, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it stops working by itself; null: it does not.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the directory last called, to the minute; null: never.' })
  lastUsedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was revoked.' })
  revokedAt!: Date | null;
}

@InputType({ description: 'A new token for a directory.' })
export class CreateScimTokenInput extends MutationInput implements NewScimToken {
  @Field(() => ID, { description: 'The organization.' })
  @IsString()
  @MaxLength(100)
  organizationId!: string;

  @Field(() => String, { description: 'The name to show, 1 to 120 characters: "Okta", "Entra ID of Acme".' })
  @IsString()
  @Length(1, 120)
  name!: string;

  @Field(() => Date, { nullable: true, description: 'When it is to stop working by itself; never, unless given.' })
  @IsOptional()
  @IsDate()
  expiresAt?: Date | null;

  @Field(() => Role, {
    nullable: true,
    description:
      'The built-in role that people get whom the directory brings, up to ADMIN; that of `DEFAULT_ORGANIZATION_ROLE`, ' +
      'unless given.',
  })
  @IsOptional()
  @IsIn(builtInRoles)
  role?: BuiltInRole | null;
}

@ObjectType({ description: 'What making a token for a directory gives.' })
export class CreateScimTokenPayload {
  @Field(() => ScimToken, { description: 'The token, as lists show it.' })
  scimToken!: TokenFacts;

  @Field(() => String, {
    nullable: true,
    description: 'What the directory sends as `Authorization: Bearer …`; shown this once.',
  })
  token!: string | null;
}

@InputType({ description: 'The token of a directory to revoke.' })
export class RevokeScimTokenInput extends MutationInput {
  @Field(() => ID, { description: 'The token’s id.' })
  @IsString()
  @MaxLength(100)
  scimTokenId!: string;
}

@ObjectType({ description: 'What revoking the token of a directory gives.' })
export class RevokeScimTokenPayload {
  @Field(() => ScimToken, { description: 'The token as it is now.' })
  scimToken!: TokenFacts;
}
