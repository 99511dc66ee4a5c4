import { foundations, moduleLine, pathOf, publicSuffixes } from './module-line.mjs';

const spec = '\\.spec\\.ts$';
const onTheLine = moduleLine.map(pathOf);
const publicFile = `\\.(?:${publicSuffixes.join('|')})\\.ts$`;

/** What a module says to the audit trail is its own, so `*.events.ts` stays private even in a foundation. */
const openFiles = foundations.map((module) => `${pathOf(module)}(?!.*\\.events\\.ts$)`);

const leftOnly = moduleLine.slice(0, -1).map((module, place) => ({
  name: `${module}-imports-left`,
  comment: `${module} may import only: ${moduleLine.slice(0, place).join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: pathOf(module) },
  to: { path: moduleLine.slice(place + 1).map(pathOf) },
}));

/** Forbids a kind of file altogether: whether it imports something or is imported. */
function noSuchFile(name, comment, path) {
  return [
    { name, comment, severity: 'error', from: path, to: {} },
    { name, comment, severity: 'error', from: {}, to: path },
  ];
}

export default {
  forbidden: [
    ...leftOnly,
    {
      name: 'private-file',
      comment: `Across modules only *.${publicSuffixes.join('.ts, *.')}.ts may be imported; any file of ${foundations.join(', ')} but their events.`,
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: spec },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', publicFile, ...openFiles] },
    },
    {
      name: 'private-file',
      comment: 'The application is put together from what the modules show.',
      severity: 'error',
      from: { path: pathOf('app') },
      to: { path: '^src/[^/]+/', pathNot: [publicFile, ...openFiles] },
    },
    {
      name: 'no-circle',
      comment: 'Under ES modules two files that import each other crash at load.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...noSuchFile('no-barrel', 'A file is imported by its own name.', {
      path: ['^src/index\\.ts$', '^src/.*/index\\.ts$'],
    }),
    ...noSuchFile('on-the-line', 'A new module gets its place in .config/module-line.mjs first.', {
      path: '^src/.*\\.ts$',
      pathNot: onTheLine,
    }),
    {
      name: 'ships-alone',
      comment:
        'What ships knows nothing of the tests, the demo and the benchmarks. Specs beside the code may use the test support.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { path: '^(?:test|demo|bench)/' },
    },
    {
      name: 'ships-alone',
      comment: 'What ships runs without the development dependencies: the image leaves them out.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing imports it and it imports nothing: delete it.',
      severity: 'error',
      from: { path: '^src/.*\\.ts$', orphan: true }, // a script for the browser (.js) is a page's to load
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true, // types count: a type that is imported from the right is a thought in the wrong place
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.d.ts', '.mjs', '.js', '.json'],
    },
  },
};
