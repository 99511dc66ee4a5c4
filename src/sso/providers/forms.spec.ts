import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../platform/errors/app-error.js';
import { guideValuesOf } from '../sources/source-addresses.js';
import { ClientAuthMethod } from '../connections/sso-connection.graphql.js';
import { ssoProviders, type CodeProvider } from '../connections/sso-connection.types.js';
import { clientFrom, issuerFrom, type SsoSettings } from '../configuration/sso-settings.js';
import { formOf, listForms, type ProviderForm } from './forms.js';
import { vendors } from './providers.js';
import { guideFor, type FormField } from './vendor-form.js';

type Field = FormField<string>;

/** Of SAML one of several fields is enough: what is asked of it is in the spec of its settings. */
const giveCodes = ssoProviders.filter((provider) => provider !== 'SAML');

/** What somebody would type who has found everything. */
function typedIn({ name, example, choices }: Field): [string, string] {
  const choice = choices?.[0] as keyof typeof ClientAuthMethod | undefined;
  return [name, choice ? ClientAuthMethod[choice] : (example ?? `the ${name}`)];
}

/** What `configureSso` makes of a new connection for which these fields have been filled in. */
function configure(provider: CodeProvider, fields: readonly Field[]): { issuer: string } & object {
  const typed = Object.fromEntries(fields.map(typedIn)) as Partial<SsoSettings>;
  const settings: SsoSettings = { domainId: 'domain', provider, activate: true, ...typed };
  return {
    issuer: issuerFrom(settings, provider, null),
    ...clientFrom(settings, provider, null, ['client_secret_basic', 'client_secret_post']),
  };
}

function refusalOf(attempt: () => unknown): AppError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

const fieldsOf = (isRequired: boolean) =>
  giveCodes.flatMap((provider) =>
    formOf(provider)
      .fields.filter(({ required }) => required === isRequired)
      .map((field) => ({ provider, name: field.name, field })),
  );

describe('the form of a vendor', () => {
  it.each(fieldsOf(true))('of $provider asks for $name, and so does configureSso', ({ provider, field }) => {
    const others = formOf(provider).fields.filter(({ name, required }) => required && name !== field.name);
    const refusal = refusalOf(() => configure(provider, others));
    expect(refusal.code).toBe('VALIDATION_FAILED');
    expect(refusal.fields.map((refused) => refused.field)).toEqual([field.name]);
    expect(refusal.message).toMatch(
      `${field.name} is missing: ${field.label}, ${field.help.slice(0, 1).toLowerCase()}`,
    );
  });

  it.each(fieldsOf(false))('of $provider can do without $name, and so can configureSso', ({ provider, field }) => {
    const others = formOf(provider).fields.filter(({ name }) => name !== field.name);
    // How a client proves itself is a question for one that has a secret.
    const asked = others.filter(({ kind }) => field.kind !== 'SECRET' || kind !== 'CHOICE');
    expect(configure(provider, asked).issuer).toMatch(/^https:/);
  });

  it.each(giveCodes)('of %s makes a connection, filled in as far as it must be and altogether', (provider) => {
    const { fields } = formOf(provider);
    const least = configure(
      provider,
      fields.filter(({ required }) => required),
    );
    expect(least).toMatchObject({ clientId: expect.any(String), issuer: expect.stringMatching('^https:') });
    const whole = configure(provider, fields);
    expect(whole).toMatchObject({ clientAuthMethod: expect.stringMatching('^client_secret_(basic|post)$') });
  });

  it.each(giveCodes)('of %s asks for no address that the vendor has no use for', (provider) => {
    const addresses = formOf(provider).fields.filter(({ name }) => ['issuer', 'tenantId', 'baseUrl'].includes(name));
    expect(vendors[provider].address).toEqual(expect.arrayContaining(addresses.map(({ name }) => name)));
  });

  it.each(listForms())('of $provider explains each field, with examples that it would take', ({ fields }) => {
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    for (const { help, label, kind, example = null, pattern = '.+', choices = null } of fields) {
      expect(label).toMatch(/^[A-Z].*[^.]$/);
      expect(help).toMatch(/^[A-Z].*\.$/);
      if (example !== null) expect(example).toMatch(new RegExp(`^${pattern}$`));
      if (kind === 'URL') expect(URL.canParse(example ?? '')).toBe(true);
      expect(choices !== null).toBe(kind === 'CHOICE');
    }
    expect(fields.filter(({ name, kind }) => (name === 'clientSecret') !== (kind === 'SECRET'))).toEqual([]);
  });
});

describe('the steps of a vendor', () => {
  const values = guideValuesOf('https://login.example.com', 'acme.com.okta');
  const namedIn = ({ steps }: ProviderForm) => steps.join().match(/(?<=\{\{)[^}]*(?=\}\})/g) ?? [];

  /** Our addresses that a vendor can be told; the first must be. */
  const ofProtocol = {
    oidc: ['callbackUrl', 'initiateUrl', 'signOutUrl', 'backchannelLogoutUrl'],
    github: ['callbackUrl', 'initiateUrl'],
    saml: ['acsUrl', 'entityId', 'metadataUrl'],
  } as const;

  it.each(listForms())('of $provider are few, and name addresses of its protocol alone', (form) => {
    expect(form.steps.length).toBeGreaterThanOrEqual(4);
    expect(form.steps.length).toBeLessThanOrEqual(7);
    const known: readonly string[] = ofProtocol[form.protocol];
    expect(known).toEqual(expect.arrayContaining(namedIn(form)));
    expect(namedIn(form)).toContain(known[0]);
  });

  it.each(listForms())('of $provider have our addresses filled in', (form) => {
    const filled = guideFor(form, values).join('\n');
    expect(filled).not.toMatch(/[{}]/);
    for (const name of namedIn(form)) expect(filled).toContain(values[name as keyof typeof values]);
  });

  it('have each address in each place', () => {
    const steps = ['{{callbackUrl}}, {{signOutUrl}}, {{callbackUrl}}', 'nothing', '{{metadataUrl}} {{other}}'];
    expect(guideFor({ steps }, values)).toEqual([
      'https://login.example.com/api/auth/callback/acme.com.okta, https://login.example.com/sign-in?signedOut=1, https://login.example.com/api/auth/callback/acme.com.okta',
      'nothing',
      'https://login.example.com/api/auth/saml/acme.com.okta/metadata {{other}}',
    ]);
  });
});

describe('a field that is missing', () => {
  it.each([
    [
      'AZURE_AD' as const,
      'clientId is missing: Application (client) ID, on the Overview page of the app registration.',
    ],
    [
      'KEYCLOAK' as const,
      'clientId is missing: Client ID, on the Settings tab of the client: the name that you have given to it. For example: gatehouse',
    ],
  ])('of %s is asked for in the words of the vendor’s console', (provider, message) => {
    const others = formOf(provider).fields.filter(({ name }) => name !== 'clientId');
    expect(refusalOf(() => configure(provider, others)).message).toBe(message);
  });

  it('is told from one that will not do', () => {
    const settings = { domainId: 'domain', provider: 'AZURE_AD', activate: true, tenantId: 'common' } as const;
    expect(refusalOf(() => issuerFrom(settings, 'AZURE_AD', null)).message).toBe(
      'tenantId must be the directory (tenant) id, such as 72f988bf-86f1-41af-91ab-2d7cd011db47.',
    );
  });
});
