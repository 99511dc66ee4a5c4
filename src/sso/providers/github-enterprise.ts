import { canonicalBase, usualGithub, type GithubVendor } from './github-vendor.js';

/** GitHub Enterprise Server: an installation of one's own. One that is private must be in `OUTBOUND_ALLOWED_HOSTS`. */
export const githubEnterprise: GithubVendor = {
  ...usualGithub,
  name: 'GitHub Enterprise',
  keySuffix: 'github-enterprise',
  issuerOf: ({ baseUrl }) =>
    baseUrl === null
      ? { field: 'baseUrl', expected: 'the address of your installation, such as https://github.example.com' }
      : canonicalBase(baseUrl),
};
