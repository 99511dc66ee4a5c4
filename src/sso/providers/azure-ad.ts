import { usual, type OidcVendor } from './oidc-vendor.js';

/**
 * Microsoft Entra ID. One directory: `common` and `organizations` stand for all of them, and their tokens would come from
 * issuers that nobody here has chosen. A directory's administrator can write any address into `email` (nOAuth, 2023), and
 * Entra ID sends no `email_verified`: that the directory owns the email's domain is said by `xms_edov`.
 */
export const azureAd: OidcVendor = {
  ...usual,
  name: 'Microsoft Entra ID',
  keySuffix: 'azure-ad',
  clientAuthMethod: 'client_secret_post',
  emailVerifiedClaims: ['email_verified', 'xms_edov'],
  issuerOf: ({ issuer, tenantId }) => {
    if (issuer !== null) return issuer;
    const isOne =
      tenantId !== null && /^[\w.-]+$/.test(tenantId) && !['common', 'organizations', 'consumers'].includes(tenantId);
    if (!isOne)
      return { field: 'tenantId', expected: 'the directory (tenant) id, such as 72f988bf-86f1-41af-91ab-2d7cd011db47' };
    return `https://login.microsoftonline.com/${tenantId}/v2.0`;
  },
};
