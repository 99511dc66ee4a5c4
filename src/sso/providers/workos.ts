import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

export const workos: OidcVendor = {
  ...usual,
  name: 'WorkOS',
  keySuffix: 'workos',
  clientAuthMethod: 'client_secret_post',
  issuerOf: givenIssuer('https://acme.authkit.app'),
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'AuthKit domain, as an address',
        help: 'In the dashboard under Domains: https:// before the AuthKit domain that stands there, without a slash at the end.',
        example: 'https://acme.authkit.app',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the page of the Connect application. The one under API Keys is another.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client secret',
        help: 'On the page of the Connect application, right after it was made: it is not shown later. Left out: a public client.',
      },
    ],
    steps: [
      'In the dashboard choose the environment, open Connect (or Applications) and create an application of the type OAuth.',
      'Choose first-party where Gatehouse is run by your own company. Third-party asks every person for consent, and belongs to one organization of WorkOS.',
      'Enter {{callbackUrl}} as redirect URI.',
      'Make a client secret for the application, and copy it with the client ID at once.',
      'Under Domains read the AuthKit domain of the same environment.',
    ],
    guideUrl: 'https://workos.com/docs/authkit/connect/oauth',
  },
};
