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
};

function issuerFor(tenantId: string): string {
  return `https://login.microsoftonline.com/${tenantId}/v2.0`;
}
