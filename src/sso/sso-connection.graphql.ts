import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';
import { MutationInput } from '../platform/graphql/mutation-input.js';
import type { ClientAuthMethod as AuthMethod } from './sign-in-source.types.js';
import {
  ssoConnectionStates,
  ssoProviders,
  type SsoConnection as ConnectionFacts,
  type SsoConnectionState as State,
  type SsoProvider as Provider,
} from './sso-connection.types.js';
import type { SsoSettings } from './sso-settings.js';

export const SsoProvider = Object.fromEntries(ssoProviders.map((provider) => [provider, provider])) as {
  [P in Provider]: P;
};

registerEnumType(SsoProvider, {
  name: 'SsoProvider',
  description: 'Who makes the identity provider. GITHUB, GITHUB_ENTERPRISE and SAML are refused in this version.',
  valuesMap: {
    OKTA: { description: 'Okta: give `issuer` or `baseUrl`.' },
    AUTHENTIK: { description: 'authentik: give `issuer`, or `baseUrl` and the slug of the application as `tenantId`.' },
    ONELOGIN: { description: 'OneLogin: give `issuer` or `baseUrl`.' },
    AZURE_AD: { description: 'Microsoft Entra ID: give the directory as `tenantId`.' },
    KEYCLOAK: { description: 'Keycloak: give `issuer`, or `baseUrl` and the realm as `tenantId`.' },
    WORKOS: { description: 'WorkOS: give `issuer`.' },
    JUMPCLOUD: { description: 'JumpCloud: the issuer is known; give another region’s as `issuer`.' },
    GOOGLE: { description: 'Google Workspace: the issuer is known.' },
    GITHUB: { description: 'GitHub: not in this version.' },
    GITHUB_ENTERPRISE: { description: 'GitHub Enterprise Server: not in this version.' },
    GITLAB: { description: 'GitLab: gitlab.com, or your own as `baseUrl`.' },
    AUTH0: { description: 'Auth0: give `issuer`, with its slash at the end, or `baseUrl`.' },
    COGNITO: { description: 'Amazon Cognito: give `issuer`, or the user pool as `tenantId`.' },
    CUSTOM: { description: 'Any other OpenID provider: give `issuer`.' },
    SAML: { description: 'SAML 2.0: not in this version.' },
  },
});

export const SsoConnectionState = Object.fromEntries(ssoConnectionStates.map((state) => [state, state])) as {
  [S in State]: S;
};

registerEnumType(SsoConnectionState, {
  name: 'SsoConnectionState',
  description: 'How far a connection is in use.',
  valuesMap: {
    DRAFT: { description: 'Kept, and used by nobody.' },
    TESTED: { description: 'A test sign-in has passed. Not reached in this version.' },
    ACTIVE: { description: 'The people of the domain may sign in with it.' },
    ENFORCED: { description: 'The people of the domain sign in with it, and in no other way.' },
    DISABLED: { description: 'Switched off.' },
  },
});

export const ClientAuthMethod = {
  CLIENT_SECRET_BASIC: 'client_secret_basic',
  CLIENT_SECRET_POST: 'client_secret_post',
  NONE: 'none',
} as const satisfies Record<string, AuthMethod>;

registerEnumType(ClientAuthMethod, {
  name: 'ClientAuthMethod',
  description: 'How Gatehouse proves itself at the token endpoint.',
  valuesMap: {
    CLIENT_SECRET_BASIC: { description: 'With the client secret, by HTTP Basic.' },
    CLIENT_SECRET_POST: { description: 'With the client secret, in the form.' },
    NONE: { description: 'Not at all: a public client, protected by PKCE alone.' },
  },
});

@ObjectType({
  description:
    "An organization's identity provider, for the people of one of its verified domains. Never shows the secret.",
})
export class SsoConnection implements Omit<ConnectionFacts, 'organizationId' | 'provider'> {
  /** The `domain` field is read by it. */
  domainId!: string;

  @Field(() => ID, { description: 'Opaque and stable.' })
  id!: string;

  @Field(() => String, { description: 'Its name in addresses: the domain and the provider, as in `acme.com.okta`.' })
  key!: string;

  @Field(() => SsoProvider, { description: 'Who makes the identity provider.' })
  provider!: Provider;

  @Field(() => String, { description: 'What people read while they are sent there.' })
  name!: string;

  @Field(() => SsoConnectionState, { description: 'How far it is in use.' })
  state!: State;

  @Field(() => String, { nullable: true, description: 'What the provider calls itself, to the letter.' })
  issuer!: string;

  @Field(() => String, { nullable: true, description: 'What the provider calls Gatehouse.' })
  clientId!: string;

  @Field(() => Boolean, { description: 'Whether a client secret is stored. It is never shown again.' })
  hasClientSecret!: boolean;

  @Field(() => ClientAuthMethod, { description: 'How Gatehouse proves itself at the token endpoint.' })
  clientAuthMethod!: AuthMethod;

  @Field(() => String, { description: 'The redirect URI to enter at the provider.' })
  callbackUrl!: string;

  @Field(() => String, {
    description: 'The address that begins a sign-in from the provider’s own list of applications.',
  })
  initiateUrl!: string;

  @Field(() => Boolean, { description: 'Whether the code is protected by PKCE (S256).' })
  pkce!: boolean;

  @Field(() => [String], { description: 'What is asked of the provider; always with `openid`.' })
  scopes!: readonly string[];

  @Field(() => Date, { description: 'When it was configured first.' })
  createdAt!: Date;
}

@InputType({
  description:
    'An identity provider for the people of a verified domain. A domain has one connection of each provider: where it is there ' +
    'already it is changed, and what is left out stays as it was.',
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
    description: 'What to ask of the provider; `openid email profile` unless given.',
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
    defaultValue: true,
    description: 'Whether people may sign in with it at once. A connection that is enforced stays so.',
  })
  @IsBoolean()
  activate = true;
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
    description: 'Enforces it although no test sign-in has passed. This version asks for none.',
  })
  @IsOptional()
  @IsBoolean()
  skipTest?: boolean | null;
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
