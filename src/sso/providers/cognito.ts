import { usual, type OidcVendor } from './oidc-vendor.js';

/**
 * A user pool is an issuer, and its id begins with its region. Its userinfo says `"true"` where OpenID Connect says true
 * (Core 5.1), and it has a name of its own for where to go after signing out.
 */
export const cognito: OidcVendor = {
  ...usual,
  name: 'Amazon Cognito',
  keySuffix: 'cognito',
  address: ['issuer', 'tenantId'],
  issuerOf: ({ issuer, tenantId }) => {
    if (issuer !== null) return issuer;
    const region = /^([a-z]{2}(?:-[a-z]+)+-\d)_\w+$/.exec(tenantId ?? '')?.[1];
    if (tenantId === null || region === undefined)
      return { field: 'tenantId', expected: 'the user pool id, such as eu-west-1_AbCdEfGhI' };
    return `https://cognito-idp.${region}.amazonaws.com/${tenantId}`;
  },
  quirks: { ...usual.quirks, verifiedAsText: true, afterSignOut: 'logout_uri' },
  form: {
    fields: [
      {
        name: 'tenantId',
        kind: 'TEXT',
        required: true,
        label: 'User pool ID',
        help: 'On the Overview page of the user pool.',
        example: 'eu-west-1_AbCdEfGhI',
        pattern: '[a-z]{2}(-[a-z]+)+-\\d_\\w+',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Client ID',
        help: 'On the page of the app client, under App clients.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Client secret',
        help: 'On the page of the app client, behind Show client secret. Left out: a public client.',
      },
    ],
    steps: [
      'In the Amazon Cognito console open the user pool, then App clients, and choose Create app client, of the type Traditional web application: that type has a secret.',
      'Enter {{callbackUrl}} as the return URL, which is listed later under Allowed callback URLs.',
      'On the Login pages tab of the app client choose Edit: leave Authorization code grant as the only grant type, and tick the scopes openid, email and profile.',
      'If signing out here shall sign people out of Cognito too, enter {{signOutUrl}} under Allowed sign-out URLs.',
      'See to it that the user pool has a domain (under Branding, Domain): its sign-in pages are there.',
      'Copy the client ID and the client secret from the app client, and the user pool ID from the Overview page.',
    ],
    guideUrl: 'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html',
  },
};
