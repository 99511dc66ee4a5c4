import { canonicalBase, clientOfApp, stepsOfApp, usualGithub, type GithubVendor } from './github-vendor.js';

/** github.com, or a company's own place in GitHub's cloud (`https://acme.ghe.com`) as the base. */
export const github: GithubVendor = {
  ...usualGithub,
  name: 'GitHub',
  keySuffix: 'github',
  issuerOf: ({ baseUrl }) => canonicalBase(baseUrl ?? 'https://github.com'),
  form: {
    fields: [
      {
        name: 'baseUrl',
        kind: 'URL',
        required: false,
        label: 'Address of your enterprise',
        help: 'Only for an enterprise that has a place of its own in GitHub’s cloud (data residency). Left out: github.com.',
        example: 'https://acme.ghe.com',
      },
      ...clientOfApp,
    ],
    steps: stepsOfApp,
    guideUrl: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/creating-an-oauth-app',
  },
};
