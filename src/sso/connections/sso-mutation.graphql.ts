import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import { MutationInput } from '../../platform/graphql/mutation-input.js';
import type { ClientAuthMethod as AuthMethod } from '../sources/sign-in-source.types.js';
import { ClientAuthMethod, SsoConnection, SsoProvider } from './sso-connection.graphql.js';
import type { SsoProvider as Provider } from './sso-connection.types.js';
import { SamlInput } from '../saml/sso-saml.graphql.js';
import type { SsoSettings } from '../configuration/sso-settings.js';

@InputType({
  description:
    'An identity provider for the people of a verified domain. A domain has one connection of each provider: where it is there ' +
    'already it is changed, and what is left out stays as it was. New settings of an enforced connection become its candidate.',
})
export class ConfigureSsoInput extends MutationInput implements SsoSettings {
  @Field(() => ID, { description: 'The verified domain.' })
  @IsString()
  domainId!: string;

  @Field(() => SsoProvider, { description: 'Who makes the identity provider.' })
  @IsIn(Object.values(SsoProvider))
  provider!: Provider;

  @Field(() => String, {
    nullable: true,
    description: 'What the provider calls itself, to the letter; a slash at the end counts.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  issuer?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the provider calls Gatehouse. Needed on a new connection.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  clientId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Stored encrypted, and never shown again. Must be entered again when the issuer changes. Left out on a new connection: a public client.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 2000)
  clientSecret?: string | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'When the provider stops taking the secret: the owners are warned 30, 7 and 1 days ahead. A new secret without it has none.',
  })
  @IsOptional()
  @IsDate()
  clientSecretExpiresAt?: Date | null;

  @Field(() => ClientAuthMethod, {
    nullable: true,
    description: 'How Gatehouse proves itself; chosen by what the provider offers unless given.',
  })
  @IsOptional()
  @IsIn(Object.values(ClientAuthMethod))
  clientAuthMethod?: AuthMethod | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the vendor calls tenant, directory, realm, user pool or application.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  tenantId?: string | null;

  @Field(() => String, { nullable: true, description: 'The address of an installation of your own.' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  baseUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What people read while they are sent there; the vendor’s name unless given.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  name?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'What to ask of the provider; `openid email profile` unless given, and for GitHub `read:user user:email`.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(200, { each: true })
  @Matches(/^[\x21\x23-\x5b\x5d-\x7e]+$/, { each: true, message: 'each of scopes must be one word (RFC 6749, 3.3)' })
  scopes?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'On unless given. Switch it off only for a provider that cannot do it.',
  })
  @IsOptional()
  @IsBoolean()
  pkce?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether signing out here leads on to signing out there, where the provider offers it. Off unless given; GitHub has no such thing.',
  })
  @IsOptional()
  @IsBoolean()
  signOutAtProvider?: boolean | null;

  @Field(() => SamlInput, {
    nullable: true,
    description: 'For the provider SAML, in place of the fields of OpenID Connect.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => SamlInput)
  saml?: SamlInput | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether people may sign in with it at once. Otherwise a new connection is a draft, to be tested and activated, and one that is there stays in the state it is in.',
  })
  @IsBoolean()
  activate = false;
}

@ObjectType({ description: 'What configuring single sign-on gives.' })
export class ConfigureSsoPayload {
  @Field(() => SsoConnection, { description: 'The connection as it is now.' })
  connection!: SsoConnection;
}

@InputType({ description: 'The connection to activate.' })
export class ActivateSsoInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;
}

@ObjectType({ description: 'What activating a connection gives.' })
export class ActivateSsoPayload extends ConfigureSsoPayload {}

@InputType({ description: 'The connection to enforce.' })
export class EnforceSsoInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Enforces it although its settings have passed no test sign-in. The trail tells so.',
  })
  @IsOptional()
  @IsBoolean()
  skipTest?: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When to begin, at most 90 days ahead; at once unless given. `activateSso` calls it off.',
  })
  @IsOptional()
  @IsDate()
  startsAt?: Date | null;
}

@ObjectType({ description: 'What enforcing a connection gives.' })
export class EnforceSsoPayload extends ConfigureSsoPayload {}

@InputType({ description: 'The connection to switch off.' })
export class DisableSsoInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;
}

@ObjectType({ description: 'What switching a connection off gives.' })
export class DisableSsoPayload extends ConfigureSsoPayload {}

@InputType({ description: 'The connection to delete.' })
export class DeleteSsoInput extends MutationInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsString()
  connectionId!: string;
}

@ObjectType({ description: 'What deleting a connection gives.' })
export class DeleteSsoPayload {
  @Field(() => SsoConnection, { description: 'The connection as it was.' })
  connection!: SsoConnection;
}
