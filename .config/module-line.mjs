/**
 * The line that holds the house up: a module imports only what stands to its left.
 * `app` is the files that lie in `src/` itself; every other name is a folder there.
 */
export const moduleLine = [
  'platform',
  'policy',
  'audit',
  'users',
  'sessions',
  'organizations',
  'projects',
  'access',
  'api-keys',
  'sso',
  'authentication',
  'scim',
  'onboarding',
  'console',
  'app',
];

/** Libraries rather than features: any of their files may be imported from the right. */
export const foundations = ['platform', 'policy', 'audit'];

/** The suffixes that other modules may import; everything else in a module is its own business. */
export const publicSuffixes = ['service', 'module', 'graphql', 'types'];

/** Where a module's files lie, as the start of a regular expression over paths from the root. */
export function pathOf(module) {
  return module === 'app' ? '^src/[^/]+\\.ts$' : `^src/${module}/`;
}
