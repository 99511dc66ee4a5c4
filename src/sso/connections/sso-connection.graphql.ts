import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ClientAuthMethod as AuthMethod } from '../sources/sign-in-source.types.js';
import {
  ssoConnectionStates,
  ssoProviders,
  type ConnectionSettings as SettingsFacts,
  type SsoCandidate as CandidateFacts,
  type SsoConnection as ConnectionFacts,
  type SsoConnectionState as State,
  type SsoProvider as Provider,
} from './sso-connection.types.js';

export const SsoProvider = Object.fromEntries(ssoProviders.map((provider) => [provider, provider])) as {
  [P in Provider]: P;
};

registerEnumType(SsoProvider, {
  name: 'SsoProvider',
  description: 'Who makes the identity provider.',
  valuesMap: {
    OKTA: { description: 'Okta: give `issuer` or `baseUrl`.' },
    AUTHENTIK: { description: 'authentik: give `issuer`, or `baseUrl` and the slug of the application as `tenantId`.' },
    ONELOGIN: { description: 'OneLogin: give `issuer` or `baseUrl`.' },
    AZURE_AD: { description: 'Microsoft Entra ID: give the directory as `tenantId`.' },
    KEYCLOAK: { description: 'Keycloak: give `issuer`, or `baseUrl` and the realm as `tenantId`.' },
    WORKOS: { description: 'WorkOS: give `issuer`.' },
    JUMPCLOUD: { description: 'JumpCloud: the issuer is known; give another region’s as `issuer`.' },
    GOOGLE: { description: 'Google Workspace: the issuer is known.' },
    GITHUB: { description: 'GitHub: github.com, or your place in its cloud (`https://acme.ghe.com`) as `baseUrl`.' },
    GITHUB_ENTERPRISE: { description: 'GitHub Enterprise Server: give its address as `baseUrl`.' },
    GITLAB: { description: 'GitLab: gitlab.com, or your own as `baseUrl`.' },
    AUTH0: { description: 'Auth0: give `issuer`, with its slash at the end, or `baseUrl`.' },
    COGNITO: { description: 'Amazon Cognito: give `issuer`, or the user pool as `tenantId`.' },
    CUSTOM: { description: 'Any other OpenID provider: give `issuer`.' },
    SAML: { description: 'Any identity provider that speaks SAML 2.0: give `saml`.' },
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
    TESTED: { description: 'A draft whose settings have passed a test sign-in. Used by nobody yet.' },
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

@ObjectType({ description: 'A certificate by which a SAML identity provider signs.' })
export class SamlCertificate {
  @Field(() => String, { description: 'SHA-256 of it, in pairs of hex digits.' })
  fingerprint!: string;

  @Field(() => Date, { description: 'When it expires. It is accepted afterwards too; the owners are told beforehand.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'What is known of a SAML identity provider, and how it is asked.' })
export class SamlIdentityProvider {
  @Field(() => String, { nullable: true, description: 'Where its metadata was read; null where it was pasted.' })
  metadataUrl!: string | null;

  @Field(() => String, { description: 'Where people are sent, with the HTTP-Redirect binding.' })
  ssoUrl!: string;

  @Field(() => [SamlCertificate], { description: 'Any of them may prove what it sends.' })
  certificates!: readonly SamlCertificate[];

  @Field(() => Boolean, { description: 'Whether our requests are signed.' })
  signRequests!: boolean;

  @Field(() => Boolean, {
    description: 'Whether a sign-in may begin there: an answer that was not asked for begins an ordinary sign-in then.',
  })
  allowIdpInitiated!: boolean;

  @Field(() => String, { nullable: true, description: 'The form of name that is asked for; null: whichever.' })
  nameIdFormat!: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute that names the person; null: the NameID does.' })
  subjectAttribute!: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute with the email; null: by its usual names.' })
  emailAttribute!: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute with the name; null: by its usual names.' })
  nameAttribute!: string | null;

  @Field(() => String, { nullable: true, description: 'The attribute with the groups; null: by its usual names.' })
  groupsAttribute!: string | null;
}

/** What a sign-in is made with: of a connection as it is in use, and of its candidate. */
@ObjectType({ isAbstract: true })
abstract class ConnectionSettings implements Omit<SettingsFacts, 'saml'> {
  @Field(() => String, {
    nullable: true,
    description: 'What the provider calls itself, to the letter; for GitHub its address, for SAML its entityID.',
  })
  issuer!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What the provider calls Gatehouse; for SAML our entityID, at which our metadata is.',
  })
  clientId!: string;

  @Field(() => Boolean, { description: 'Whether a client secret is stored. It is never shown again.' })
  hasClientSecret!: boolean;

  @Field(() => Date, {
    nullable: true,
    description: 'When the provider stops taking the secret, as it was typed; null where nobody has told.',
  })
  clientSecretExpiresAt!: Date | null;

  @Field(() => ClientAuthMethod, { description: 'How Gatehouse proves itself at the token endpoint.' })
  clientAuthMethod!: AuthMethod;

  @Field(() => Boolean, { description: 'Whether the code is protected by PKCE (S256).' })
  pkce!: boolean;

  @Field(() => [String], {
    description: 'What is asked of the provider; always with `openid`, or for GitHub `user:email`.',
  })
  scopes!: readonly string[];

  @Field(() => Date, {
    nullable: true,
    description:
      'When these very settings passed a test sign-in; null where they have not. A change makes them untested.',
  })
  testedAt!: Date | null;
}

@ObjectType({
  description:
    'Settings that wait to take over from those that a connection is enforced with; after that, the ones it had before.',
})
export class SsoCandidate extends ConnectionSettings implements Omit<CandidateFacts, 'saml'> {
  /** Of whom it is the candidate: known to whoever reads it. */
  connectionId!: string;

  @Field(() => Date, { description: 'When it was saved.' })
  createdAt!: Date;
}

@ObjectType({
  description:
    "An organization's identity provider, for the people of one of its verified domains. Never shows the secret.",
})
export class SsoConnection
  extends ConnectionSettings
  implements Omit<ConnectionFacts, 'organizationId' | 'provider' | 'saml'>
{
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

  @Field(() => String, {
    description: 'The redirect URI to enter at the provider; for SAML the assertion consumer service.',
  })
  callbackUrl!: string;

  @Field(() => String, {
    description: 'The address that begins a sign-in from the provider’s own list of applications.',
  })
  initiateUrl!: string;

  @Field(() => Boolean, {
    description: 'Whether signing out here leads on to signing out there, where the provider offers it.',
  })
  signOutAtProvider!: boolean;

  @Field(() => Date, {
    nullable: true,
    description: 'When it is to be enforced; null where nobody has planned that.',
  })
  enforcementStartsAt!: Date | null;

  @Field(() => Date, { description: 'When it was configured first.' })
  createdAt!: Date;
}
