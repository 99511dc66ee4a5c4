import { canonicalBase, clientOfApp, stepsOfApp, usualGithub, type GithubVendor } from './github-vendor.js';

/** GitHub Enterprise Server: an installation of one's own. One that is private must be in `OUTBOUND_ALLOWED_HOSTS`. */
export const githubEnterprise: GithubVendor = {
  ...usualGithub,
  name: 'GitHub Enterprise',
  keySuffix: 'github-enterprise',
  issuerOf: ({ baseUrl }) =>
    baseUrl === null
      ? { field: 'baseUrl', expected: 'the address of your installation, such as https://github.example.com' }
      : canonicalBase(baseUrl),
  form: {
    fields: [
      {
        name: 'baseUrl',
        kind: 'URL',
        required: true,
        label: 'Address of your installation',
        help: 'As it stands in the browser, without the path of an organization.',
        example: 'https://github.example.com',
      },
      ...clientOfApp,
    ],
    steps: stepsOfApp,
    guideUrl:
      'https://docs.github.com/en/enterprise-server@latest/apps/oauth-apps/building-oauth-apps/creating-an-oauth-app',
  },
};
