import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://keycloak.example.com/realms/acme');

/** A realm is an issuer. Installations of before Keycloak 17 have `/auth` ahead of it: give that as part of the base. */
export const keycloak: OidcVendor = {
  ...usual,
  name: 'Keycloak',
  keySuffix: 'keycloak',
  address: ['issuer', 'baseUrl', 'tenantId'],
  issuerOf: (address) => {
    const { issuer, baseUrl, tenantId } = address;
    if (issuer !== null || baseUrl === null || tenantId === null) return given(address);
    return `${withoutSlash(baseUrl)}/realms/${encodeURIComponent(tenantId)}`;
  },
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'Issuer',
        help: 'In Realm settings, General, behind the link OpenID Endpoint Configuration: the value of issuer.',
        example: 'https://keycloak.example.com/realms/acme',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the Settings tab of the client: the name that you have given to it.',
        example: 'gatehouse',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client Secret',
        help: 'On the Credentials tab of the client, which is there once Client authentication is on. Left out: a public client.',
      },
    ],
    steps: [
      'In the admin console choose the realm, open Clients and choose Create client: type OpenID Connect, and a client ID such as gatehouse.',
      'Switch Client authentication on, and of the flows leave Standard flow alone on.',
      'Enter {{callbackUrl}} under Valid redirect URIs, {{signOutUrl}} under Valid post logout redirect URIs, and {{initiateUrl}} as Home URL.',
      'So that signing out of Keycloak ends the session here too: under Logout settings switch Front channel logout off, and enter {{backchannelLogoutUrl}} as Backchannel logout URL.',
      'Copy the client secret from the Credentials tab.',
    ],
    guideUrl: 'https://www.keycloak.org/docs/latest/server_admin/#_oidc_clients',
  },
};
