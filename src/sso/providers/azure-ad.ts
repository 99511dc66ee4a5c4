import { usual, type OidcVendor } from './oidc-vendor.js';

/** Whom the Microsoft identity platform signs in under a name that is no directory's. */
const anyTenant = /^(.+)\/(common|organizations|consumers)(\/v2\.0)$/;

/** The directory in which all personal accounts are. */
const personalAccounts = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Microsoft Entra ID. A directory's administrator can write any address into `email` (nOAuth, 2023): that the directory
 * owns the email's domain is said by `xms_edov`, and by nothing else. Under `common` and `organizations` each directory's
 * tokens come from an issuer of its own; a connection names one directory, since nobody has chosen the others.
 * A client assertion names its certificate by thumbprint, and is for the token endpoint.
 */
export const azureAd: OidcVendor = {
  ...usual,
  name: 'Microsoft Entra ID',
  keySuffix: 'azure-ad',
  address: ['issuer', 'tenantId'],
  clientAuthMethod: 'client_secret_post',
  emailVerifiedClaims: ['xms_edov', 'email_verified'],
  issuerOf: ({ issuer, tenantId }) => {
    if (issuer !== null) return issuer;
    const isOne = tenantId !== null && /^[\w.-]+$/.test(tenantId) && !anyTenant.test(issuerFor(tenantId));
    if (!isOne)
      return { field: 'tenantId', expected: 'the directory (tenant) id, such as 72f988bf-86f1-41af-91ab-2d7cd011db47' };
    return issuerFor(tenantId);
  },
  sharedIssuerOf: ({ issuer, tenantId }) => {
    const named = issuer ?? issuerFor(tenantId ?? '');
    return anyTenant.test(named) ? named : null;
  },
  quirks: {
    ...usual.quirks,
    describedAs: (issuer) =>
      issuer.replace(anyTenant, (_all, authority: string, tenant: string, version: string) => {
        return `${authority}/${tenant === 'consumers' ? personalAccounts : '{tenantid}'}${version}`;
      }),
    assertion: { keyId: 'x5t#S256', audience: 'token endpoint' },
  },
  form: {
    fields: [
      {
        name: 'tenantId',
        kind: 'TEXT',
        required: true,
        label: 'Directory (tenant) ID',
        help: 'On the Overview page of the app registration.',
        example: '72f988bf-86f1-41af-91ab-2d7cd011db47',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Application (client) ID',
        help: 'On the Overview page of the app registration.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client secret value',
        help: 'On the page Certificates & secrets, in the column Value, right after it was added: it is not shown later. The Secret ID is something else. Left out: a public client.',
      },
    ],
    steps: [
      'In the Microsoft Entra admin center open App registrations (under Entra ID; in older menus under Identity, Applications) and choose New registration.',
      'Admit the accounts of this directory only (Single tenant). As the redirect URI choose the platform Web and enter {{callbackUrl}}.',
      'Under Certificates & secrets add a client secret, and copy its Value at once.',
      'Under Token configuration add the optional claim email to the ID token: otherwise Entra ID may not say whose address it is.',
      'If signing out here shall sign people out of Microsoft too, add {{signOutUrl}} to the redirect URIs under Authentication.',
      'For a tile in My Apps enter {{initiateUrl}} as Home page URL under Branding & properties.',
      'Under Enterprise applications open the application of the same name, and choose under Users and groups who may sign in.',
    ],
    guideUrl: 'https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app',
  },
};

function issuerFor(tenantId: string): string {
  return `https://login.microsoftonline.com/${tenantId}/v2.0`;
}
