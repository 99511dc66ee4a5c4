import { usual, type OidcVendor } from './oidc-vendor.js';
import { withoutSlash } from './vendor.js';

/** gitlab.com, or an installation of one's own. Its ID tokens have the email, and leave the name to userinfo. */
export const gitlab: OidcVendor = {
  ...usual,
  name: 'GitLab',
  keySuffix: 'gitlab',
  address: ['issuer', 'baseUrl'],
  isOpenToAnybody: true,
  issuerOf: ({ issuer, baseUrl }) => issuer ?? (baseUrl === null ? 'https://gitlab.com' : withoutSlash(baseUrl)),
  quirks: { ...usual.quirks, leavesNameToUserinfo: true },
  form: {
    fields: [
      {
        name: 'baseUrl',
        kind: 'URL',
        required: false,
        label: 'Address of your installation',
        help: 'As it stands in the browser, without a path of a group or a project. Left out: gitlab.com.',
        example: 'https://gitlab.example.com',
      },
      {
        name: 'clientId',
        kind: 'TEXT',
        required: true,
        label: 'Application ID',
        help: 'On the page that follows the saving of the application.',
      },
      {
        name: 'clientSecret',
        kind: 'SECRET',
        required: false,
        label: 'Secret',
        help: 'On the page that follows the saving of the application: it is not shown later, but can be renewed. Left out: a public client.',
      },
    ],
    steps: [
      'Open Settings, Applications of a top-level group of yours, or in your own installation Admin, Applications, and choose Add new application.',
      'Enter {{callbackUrl}} as Redirect URI.',
      'Leave Confidential ticked, and tick the scopes openid, profile and email.',
      'Save, and copy the Application ID and the Secret at once.',
    ],
    guideUrl: 'https://docs.gitlab.com/integration/oauth_provider/',
  },
};
