import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { SamlInput } from '../providers/saml.js';
import { formFieldKinds, type FormField, type FormFieldKind, type VendorForm } from '../providers/vendor-form.js';
import { SsoProvider } from '../connections/sso-connection.graphql.js';
import type { SsoProvider as Provider } from '../connections/sso-connection.types.js';
import type { ConfigureSsoInput } from '../connections/sso-mutation.graphql.js';

/** A form that asks for what `configureSso` does not take does not compile. */
type FieldName = keyof ConfigureSsoInput | SamlInput;

export const SsoFieldKind = Object.fromEntries(formFieldKinds.map((kind) => [kind, kind])) as {
  [K in FormFieldKind]: K;
};

registerEnumType(SsoFieldKind, {
  name: 'SsoFieldKind',
  description: 'How a field of a form is typed.',
  valuesMap: {
    TEXT: { description: 'Text.' },
    URL: { description: 'An absolute URL.' },
    SECRET: { description: 'A secret: hide it while it is typed. It is never shown again.' },
    CHOICE: { description: 'One of `choices`.' },
  },
});

@ObjectType({ description: 'A field of a vendor’s form.' })
export class SsoProviderField implements FormField<FieldName> {
  @Field(() => String, { description: 'The field of `ConfigureSsoInput` that takes it; for SAML of its `saml`.' })
  name!: FieldName;

  @Field(() => SsoFieldKind, { description: 'How it is typed.' })
  kind!: FormFieldKind;

  @Field(() => Boolean, { description: 'Whether a new connection is refused without it.' })
  required!: boolean;

  @Field(() => String, { description: 'As the vendor calls it.' })
  label!: string;

  @Field(() => String, { description: 'Where it is found at the vendor.' })
  help!: string;

  @Field(() => String, { nullable: true, description: 'What it looks like.' })
  example?: string;

  @Field(() => String, {
    nullable: true,
    description: 'A regular expression that the whole value should match. A hint: the server decides by itself.',
  })
  pattern?: string;

  @Field(() => [String], { nullable: true, description: 'Of a choice: what may be chosen, as written in GraphQL.' })
  choices?: readonly string[];
}

@ObjectType({ description: 'What to do at a vendor, and what to bring back for `configureSso`.' })
export class SsoProviderForm implements VendorForm<FieldName> {
  @Field(() => SsoProvider, { description: 'Who makes the identity provider.' })
  provider!: Provider;

  @Field(() => String, { description: 'As the vendor’s customers know it.' })
  name!: string;

  @Field(() => [SsoProviderField], { description: 'What to bring back, in the order in which to ask for it.' })
  fields!: readonly SsoProviderField[];

  @Field(() => [String], {
    description:
      'What to do in the vendor’s console, in order. `{{callbackUrl}}` and its kin stand for our addresses; ' +
      '`ssoSetupGuide` fills them in. Vendors rename their menus: the words may differ.',
  })
  steps!: readonly string[];

  @Field(() => String, { nullable: true, description: 'The vendor’s own page on it.' })
  guideUrl?: string;
}

@ObjectType({ description: 'How to register Gatehouse at a vendor for one domain, before or after it is connected.' })
export class SsoSetupGuide implements Omit<SsoProviderForm, 'steps'> {
  @Field(() => SsoProvider, { description: 'Who makes the identity provider.' })
  provider!: Provider;

  @Field(() => String, { description: 'As the vendor’s customers know it.' })
  name!: string;

  @Field(() => String, { description: 'The key that the connection has, or will have: `acme.com.okta`.' })
  key!: string;

  @Field(() => String, { description: 'The redirect URI; for SAML the assertion consumer service.' })
  callbackUrl!: string;

  @Field(() => String, { description: 'The address that begins a sign-in from the vendor’s own list of applications.' })
  initiateUrl!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where the provider sends people after signing out there; null unless it speaks OpenID Connect.',
  })
  signOutUrl!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the provider tells of a sign-out there (OpenID Connect Back-Channel Logout); null unless it speaks OpenID Connect.',
  })
  backchannelLogoutUrl!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Our entityID, at which our metadata is once the connection is saved; null unless it speaks SAML.',
  })
  entityId!: string | null;

  @Field(() => [SsoProviderField], { description: 'What to bring back, in the order in which to ask for it.' })
  fields!: readonly SsoProviderField[];

  @Field(() => [String], {
    description:
      'What to do in the vendor’s console, in order, with the addresses of this domain. Vendors rename their menus: the ' +
      'words may differ.',
  })
  steps!: readonly string[];

  @Field(() => String, { nullable: true, description: 'The vendor’s own page on it.' })
  guideUrl?: string;
}
