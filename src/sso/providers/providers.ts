import type { ProviderVendor } from '../../platform/config/config.schema.js';
import { auth0 } from './auth0.js';
import { authentik } from './authentik.js';
import { azureAd } from './azure-ad.js';
import { clickhouseCloud } from './clickhouse-cloud.js';
import { cognito } from './cognito.js';
import { custom } from './custom.js';
import { githubEnterprise } from './github-enterprise.js';
import type { GithubVendor } from './github-vendor.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { google } from './google.js';
import { jumpcloud } from './jumpcloud.js';
import { keycloak } from './keycloak.js';
import type { OidcVendor } from './oidc-vendor.js';
import { okta } from './okta.js';
import { onelogin } from './onelogin.js';
import { workos } from './workos.js';

export type Vendor = OidcVendor | GithubVendor;

/** Every vendor that can be configured for the instance; all but one can be an organization's connection too. */
export const vendors: Readonly<Record<ProviderVendor, Vendor>> = {
  GOOGLE: google,
  GITHUB: github,
  GITHUB_ENTERPRISE: githubEnterprise,
  GITLAB: gitlab,
  AZURE_AD: azureAd,
  OKTA: okta,
  AUTH0: auth0,
  ONELOGIN: onelogin,
  COGNITO: cognito,
  KEYCLOAK: keycloak,
  AUTHENTIK: authentik,
  JUMPCLOUD: jumpcloud,
  WORKOS: workos,
  CLICKHOUSE_CLOUD: clickhouseCloud,
  CUSTOM: custom,
};

/** What to ask of a vendor's provider. @param scopes null for the vendor's own */
export function withScope({ neededScope, scopes: usual }: Vendor, scopes: readonly string[] | null): string[] {
  return [neededScope, ...(scopes ?? usual).filter((scope) => scope !== neededScope)];
}
