import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://authentik.example.com/application/o/gatehouse/');

/** Each application is an issuer by its slug, with a slash at the end. */
export const authentik: OidcVendor = {
  ...usual,
  name: 'authentik',
  keySuffix: 'authentik',
  address: ['issuer', 'baseUrl', 'tenantId'],
  issuerOf: (address) => {
    const { issuer, baseUrl, tenantId } = address;
    if (issuer !== null || baseUrl === null || tenantId === null) return given(address);
    return `${withoutSlash(baseUrl)}/application/o/${encodeURIComponent(tenantId)}/`;
  },
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'OpenID Configuration Issuer',
        help: 'On the page of the provider; with the slash at its end.',
        example: 'https://authentik.example.com/application/o/gatehouse/',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the page of the provider, and where it is edited.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client Secret',
        help: 'Where the provider is edited, under Protocol settings. Left out: a public client.',
      },
    ],
    steps: [
      'In the Admin interface open Applications, Applications and choose Create with Provider (in older versions make the provider first), of the type OAuth2/OpenID Provider.',
      'Choose Confidential as the client type, and add {{callbackUrl}} to the redirect URIs, with the matching mode Strict.',
      'Choose a Signing Key. Without one the ID tokens are signed with the client secret, and those are not accepted here.',
      'Enter {{initiateUrl}} as Launch URL of the application.',
      'From version 2025.8 on, enter {{backchannelLogoutUrl}} as Logout URI with the method Back-channel, so that signing out there ends the session here too.',
      'Bind the users or groups who may sign in to the application; without any binding everybody may.',
      'Open the provider and copy the issuer, the client ID and the client secret.',
    ],
    guideUrl: 'https://docs.goauthentik.io/add-secure-apps/providers/oauth2/create-oauth2-provider',
  },
};
