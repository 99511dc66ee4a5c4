import { canonicalBase, usualGithub, type GithubVendor } from './github-vendor.js';

/** github.com, or a company's own place in GitHub's cloud (`https://acme.ghe.com`) as the base. */
export const github: GithubVendor = {
  ...usualGithub,
  name: 'GitHub',
  keySuffix: 'github',
  issuerOf: ({ baseUrl }) => canonicalBase(baseUrl ?? 'https://github.com'),
};
