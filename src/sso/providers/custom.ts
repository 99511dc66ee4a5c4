import { givenIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/** Any provider that speaks OpenID Connect and describes itself (OpenID Connect Discovery 1.0). */
export const custom: OidcVendor = {
  ...usual,
  name: 'Single sign-on',
  keySuffix: 'custom',
  issuerOf: givenIssuer('https://login.example.com'),
  form: {
    fields: [
      {
        name: 'issuer',
        kind: 'URL',
        required: true,
        label: 'Issuer',
        help: 'In the description that the provider gives of itself (under its address and /.well-known/openid-configuration): the value of issuer, to the letter.',
        example: 'https://login.example.com',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'Where the provider lists the application: client_id, often called application ID.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client secret',
        help: 'Where the provider lists the application: client_secret. Left out: a public client.',
      },
      {
        name: 'clientAuthMethod',
        kind: 'CHOICE',
        required: false,
        label: 'Client authentication',
        help: 'Where the provider says how an application proves itself by its secret at the token endpoint. Left out: as its description says.',
        choices: ['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST'],
      },
      {
        name: 'name',
        kind: 'TEXT',
        required: false,
        label: 'Name',
        help: 'As your people know the provider: they read it on their way there.',
        example: 'Acme login',
      },
    ],
    steps: [
      'Register a web application (a confidential client) for the authorization code flow, with PKCE (S256) where that is a setting.',
      'Enter {{callbackUrl}} as its redirect URI, to the letter.',
      'Allow it the scopes openid, email and profile, and see to it that the ID token or userinfo has the claim email.',
      'Where the provider has these settings: {{initiateUrl}} to begin a sign-in from there (initiate login URI), {{signOutUrl}} to come back to after signing out (post logout redirect URI), and {{backchannelLogoutUrl}} for back-channel logout.',
      'Choose who may use the application.',
      'Copy the client ID and the client secret, and the issuer from the provider’s description of itself.',
    ],
  },
};
