import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://acme.eu.auth0.com/');

/** The issuer ends in a slash, which is easily lost. */
export const auth0: OidcVendor = {
  ...usual,
  name: 'Auth0',
  keySuffix: 'auth0',
  address: ['issuer', 'baseUrl'],
  clientAuthMethod: 'client_secret_post',
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? `${withoutSlash(address.baseUrl)}/` : given(address),
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'Domain, as an address',
        help: 'On the Settings tab of the application: https:// before the domain that stands there, and a slash after it.',
        example: 'https://acme.eu.auth0.com/',
        pattern: 'https://.+/',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the Settings tab of the application.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client Secret',
        help: 'On the Settings tab of the application; in newer dashboards on the Credentials tab. Left out: a public client.',
      },
    ],
    steps: [
      'In the dashboard open Applications, Applications and choose Create Application, of the type Regular Web Application.',
      'On the Settings tab enter {{callbackUrl}} under Allowed Callback URLs and {{signOutUrl}} under Allowed Logout URLs.',
      'Enter {{initiateUrl}} as Application Login URI.',
      'Where your plan has OpenID Connect Back-Channel Logout (on the Settings tab too), enter {{backchannelLogoutUrl}} as Back-Channel Logout URI, so that signing out there ends the session here too.',
      'On the Connections tab leave only those on whose people may sign in, and save.',
      'Copy the domain, the client ID and the client secret.',
    ],
    guideUrl: 'https://auth0.com/docs/get-started/applications/application-settings',
  },
};
