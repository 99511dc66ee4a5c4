import { knownIssuer, usual, type OidcVendor } from './oidc-vendor.js';

/** One issuer for all customers of a region; with a slash at the end. Outside the United States give the region's own. */
export const jumpcloud: OidcVendor = {
  ...usual,
  name: 'JumpCloud',
  keySuffix: 'jumpcloud',
  issuerOf: knownIssuer('https://oauth.id.jumpcloud.com/'),
  form: {
    fields: [
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'In the dialog that follows the activation of the application, and later on its SSO tab.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client Secret',
        help: 'In the dialog that follows the activation of the application: it is not shown later. Left out: a public client.',
      },
      {
        name: 'issuer',
        kind: 'URL',
        required: false,
        label: 'Issuer',
        help: 'Only where your account lives outside the United States: the address of its region, with the slash at its end.',
        example: 'https://oauth.id.jumpcloud.com/',
        pattern: 'https://.+/',
      },
    ],
    steps: [
      'In the Admin Portal open SSO Applications, choose Add New Application, then Custom Application, and in it Configure SSO with OIDC.',
      'On the SSO tab enter {{callbackUrl}} under Redirect URIs and {{initiateUrl}} as Login URL, and choose Client Secret Basic as the client authentication type.',
      'Under Attribute Mapping tick the standard scopes Email and Profile.',
      'On the User Groups tab choose the groups whose people may sign in.',
      'Activate the application, and copy the client ID and the client secret from the dialog that follows.',
    ],
    guideUrl: 'https://jumpcloud.com/support/sso-with-oidc',
  },
};
