import { knownIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/**
 * Google accounts and Google Workspace: one issuer for everybody. An account that somebody made for themselves with a
 * company's address is not the company's, and outlives their time there: that it is, is said by the claim `hd`.
 */
export const google: OidcVendor = {
  ...usual,
  name: 'Google',
  keySuffix: 'google',
  isOpenToAnybody: true,
  namesHostedDomain: true,
  issuerOf: knownIssuer('https://accounts.google.com'),
  form: {
    fields: [
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the page of the client, in Google Auth Platform under Clients.',
        example: '123456789012-abc123.apps.googleusercontent.com',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: true,
        label: 'Client secret',
        help: 'In the dialog that follows the creation of the client, and later perhaps not any more. Google asks for it of every web application.',
      },
    ],
    steps: [
      'In the Google Cloud console choose a project of your organization and open Google Auth Platform (formerly APIs & Services, OAuth consent screen).',
      'If it is not configured yet, choose Get started, and Internal as the audience: then Google lets in nobody but the accounts of your Workspace.',
      'Under Clients choose Create client, with Web application as the type.',
      'Enter {{callbackUrl}} under Authorized redirect URIs, and create the client.',
      'Copy the client ID and the client secret from the dialog that follows.',
    ],
    guideUrl: 'https://support.google.com/cloud/answer/15549257',
  },
};
