import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/**
 * For the instance alone: ClickHouse Cloud signs in everybody who has an account there, not one company's people. Whoever has an
 * account here already enters it by their verified email, and keeps what they have.
 */
export const clickhouseCloud: OidcVendor = {
  ...usual,
  name: 'ClickHouse Cloud',
  keySuffix: 'clickhouse-cloud',
  clientAuthMethod: 'client_secret_post',
  linksAccounts: true,
  issuerOf: givenIssuer('https://auth.clickhouse.cloud/'),
  form: null,
};
