import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer(
  'https://acme.okta.com, or https://acme.okta.com/oauth2/default for a custom authorization server',
);

/**
 * The org's own authorization server is at its origin, with no slash; a custom one has a path. Its ID tokens leave the email
 * to userinfo where there is an access token too. A client assertion is for the token endpoint.
 */
export const okta: OidcVendor = {
  ...usual,
  name: 'Okta',
  keySuffix: 'okta',
  address: ['issuer', 'baseUrl'],
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? withoutSlash(address.baseUrl) : given(address),
  quirks: { ...usual.quirks, assertion: { keyId: 'kid', audience: 'token endpoint' } },
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'Issuer',
        help: 'In the menu under your name: https:// and the Okta domain, without a slash at the end. With a custom authorization server it is the Issuer URI of that one, under Security, API.',
        example: 'https://acme.okta.com',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the General tab of the application, under Client Credentials.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client secret',
        help: 'On the General tab of the application, under Client Secrets. Left out: a public client.',
      },
    ],
    steps: [
      'In the Admin Console open Applications, Applications and choose Create App Integration, with OIDC - OpenID Connect as the sign-in method and Web Application as the type.',
      'Leave Authorization Code as the only grant type, and enter {{callbackUrl}} under Sign-in redirect URIs.',
      'Under Assignments choose who may sign in, and save.',
      'For a tile on people’s dashboards edit the General tab: set Login initiated by to Either Okta or App, and enter {{initiateUrl}} as Initiate login URI.',
      'Copy the client ID and the client secret from the General tab.',
    ],
    guideUrl: 'https://help.okta.com/oie/en-us/content/topics/apps/apps_app_integration_wizard_oidc.htm',
  },
};
