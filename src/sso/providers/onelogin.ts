import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

const given = givenIssuer('https://acme.onelogin.com/oidc/2');

export const onelogin: OidcVendor = {
  ...usual,
  name: 'OneLogin',
  keySuffix: 'onelogin',
  address: ['issuer', 'baseUrl'],
  issuerOf: (address) =>
    address.issuer === null && address.baseUrl !== null ? `${withoutSlash(address.baseUrl)}/oidc/2` : given(address),
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'Issuer URL',
        help: 'On the SSO tab of the application.',
        example: 'https://acme.onelogin.com/oidc/2',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the SSO tab of the application.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client Secret',
        help: 'On the SSO tab of the application, behind Show client secret. Left out: a public client.',
      },
    ],
    steps: [
      'In Administration open Applications, choose Add App, and look for OpenId Connect (OIDC). Name it, and save.',
      'On the Configuration tab enter {{callbackUrl}} under Redirect URIs and {{initiateUrl}} as Login Url.',
      'On the SSO tab choose Web as the application type and Basic as the authentication method of the token endpoint.',
      'On the Access tab choose the roles whose people may sign in, and save. OneLogin may take some minutes to act on it.',
      'Copy the issuer, the client ID and the client secret from the SSO tab.',
    ],
    guideUrl: 'https://developers.onelogin.com/openid-connect/connect-to-onelogin',
  },
};
