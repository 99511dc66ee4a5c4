import type { ProviderVendor } from '../../platform/config/config.schema.js';
import { auth0 } from './auth0.js';
import { authentik } from './authentik.js';
import { azureAd } from './azure-ad.js';
import { clickhouseCloud } from './clickhouse-cloud.js';
import { cognito } from './cognito.js';
import { custom } from './custom.js';
import { gitlab } from './gitlab.js';
import { google } from './google.js';
import { jumpcloud } from './jumpcloud.js';
import { keycloak } from './keycloak.js';
import { okta } from './okta.js';
import type { OidcVendor } from './oidc-vendor.js';
import { onelogin } from './onelogin.js';
import { workos } from './workos.js';

/** Every vendor that can be configured for the instance; all but one can be an organization's connection too. */
export const oidcVendors = {
  GOOGLE: google,
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
} as const satisfies Record<ProviderVendor, OidcVendor>;
