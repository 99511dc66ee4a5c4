import { usual, type OidcVendor } from './oidc-vendor.js';

/**
 * Microsoft Entra ID. One directory: `common` and `organizations` stand for all of them, and their tokens would come from
 * issuers that nobody here has chosen. The `email` claim can be set by any directory's administrator (nOAuth, 2023), so
 * what counts as verified is `xms_edov`: the directory owns the email's domain.
 */
export const azureAd: OidcVendor = {
  ...usual,
  name: 'Microsoft Entra ID',
  keySuffix: 'azure-ad',
  clientAuthMethod: 'client_secret_post',
  emailVerifiedClaim: 'xms_edov',
  issuerOf: ({ issuer, tenantId }) => {
    if (issuer !== null) return issuer;
    const isOne =
      tenantId !== null && /^[\w.-]+$/.test(tenantId) && !['common', 'organizations', 'consumers'].includes(tenantId);
    if (!isOne)
      return { field: 'tenantId', expected: 'the directory (tenant) id, such as 72f988bf-86f1-41af-91ab-2d7cd011db47' };
    return `https://login.microsoftonline.com/${tenantId}/v2.0`;
  },
};
