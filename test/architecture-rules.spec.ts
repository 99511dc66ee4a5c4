import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cruise,
  type ICruiseResult,
  type IFlattenedRuleSet,
  type ICruiseOptions,
  type IResolveOptions,
} from 'dependency-cruiser';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Rules {
  readonly forbidden: NonNullable<IFlattenedRuleSet['forbidden']>;
  readonly options: ICruiseOptions & { readonly enhancedResolveOptions: Partial<IResolveOptions> };
}

type Tree = Readonly<Record<string, string>>;

const root = path.resolve(import.meta.dirname, '..');
const settings = (name: string): Promise<unknown> => import(path.join(root, '.config', name));
const { default: rules } = (await settings('dependency-cruiser.mjs')) as { default: Rules };
const { moduleLine } = (await settings('module-line.mjs')) as { moduleLine: readonly string[] };

/** A small house that keeps every rule. */
const sound: Tree = {
  'package.json': JSON.stringify({ dependencies: { shipped: '1.0.0' }, devDependencies: { unshipped: '1.0.0' } }),
  'node_modules/shipped/index.js': '',
  'node_modules/unshipped/index.js': '',
  'src/main.ts': "import './app.module.js'; import './platform/clock.js';",
  'src/platform/pages/menu.js': '',
  'src/app.module.ts': "import './users/users.module.js'; import './sessions/session.service.js';",
  'src/platform/clock.ts': "import 'shipped';",
  'src/policy/actor.ts': "import '../platform/clock.js';",
  'src/audit/audit-entry.ts': "import '../policy/actor.js';",
  'src/audit/audit.events.ts': "import './audit-entry.js';",
  'src/users/user.entity.ts': 'export class User {}',
  'src/users/user.events.ts': "import '../audit/audit-entry.js';",
  'src/users/user.service.ts': "import './user.entity.js'; import './user.events.js';",
  'src/users/user.graphql.ts': "import './user.service.js';",
  'src/users/user.types.ts': "import '../policy/actor.js';",
  'src/users/users.module.ts': "import './user.service.js'; import './user.graphql.js';",
  'src/sessions/session.service.ts': "import '../users/user.service.js'; import '../users/user.types.js';",
  'src/sessions/session.service.spec.ts':
    "import './session.service.js'; import '../users/user.entity.js'; import '../../test/support/app.js'; import 'unshipped';",
  'test/support/app.ts':
    "import '../../src/app.module.js'; import '../../src/users/user.entity.js'; import 'unshipped';",
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-rules-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the import rules', () => {
  it('say nothing of a house that keeps them', async () => {
    expect(await complaintsOf(sound)).toEqual([]);
  });

  it('refuse every module the one to its right', async () => {
    const neighbours = moduleLine.slice(0, -1).map((module, place) => [module, moduleLine[place + 1]!] as const);
    const tree = Object.fromEntries(neighbours.map(([left, right]) => [serviceOf(left), importing(left, right)]));

    expect(await complaintsOf({ ...tree, 'src/app.module.ts': 'export {};' })).toEqual(
      neighbours.map(([left, right]) => `${left}-imports-left: ${serviceOf(left)} → ${serviceOf(right)}`).sort(),
    );
  });

  it('let every module import the services of all that stand to its left', async () => {
    const tree = moduleLine.map((module, place) => {
      const toItsLeft = moduleLine.slice(0, place).map((left) => importing(module, left));
      return [serviceOf(module), toItsLeft.join('\n')];
    });

    expect(await complaintsOf(Object.fromEntries(tree) as Tree)).toEqual([]);
  });

  it.each([
    {
      refuse: 'a type from the right as they refuse a value',
      change: {
        'src/users/user.service.ts': "import type { S } from '../sessions/session.service.js'; export type T = S;",
      },
      complaints: [
        'no-circle: src/sessions/session.service.ts → src/users/user.service.ts',
        'users-imports-left: src/users/user.service.ts → src/sessions/session.service.ts',
      ],
    },
    {
      refuse: 'a module that imports the application',
      change: {
        'src/sessions/session.service.ts': "import '../main.js';",
        'src/app.module.ts': "import './users/users.module.js';",
      },
      complaints: ['sessions-imports-left: src/sessions/session.service.ts → src/main.ts'],
    },
    {
      refuse: "another module's entity",
      change: { 'src/sessions/session.service.ts': "import '../users/user.entity.js';" },
      complaints: ['private-file: src/sessions/session.service.ts → src/users/user.entity.ts'],
    },
    {
      refuse: "another module's audit events, those of the trail itself included",
      change: {
        'src/sessions/session.service.ts': "import '../users/user.events.js'; import '../audit/audit.events.js';",
      },
      complaints: [
        'private-file: src/sessions/session.service.ts → src/audit/audit.events.ts',
        'private-file: src/sessions/session.service.ts → src/users/user.events.ts',
      ],
    },
    {
      refuse: 'the application a private file of a module',
      change: { 'src/main.ts': "import './app.module.js'; import './users/user.entity.js';" },
      complaints: ['private-file: src/main.ts → src/users/user.entity.ts'],
    },
    {
      refuse: 'a circle within a module',
      change: { 'src/users/user.entity.ts': "import './user.service.js';" },
      complaints: ['no-circle: src/users/user.entity.ts → src/users/user.service.ts'],
    },
    {
      refuse: 'a barrel',
      change: { 'src/users/index.ts': "export * from './user.types.js';" },
      complaints: ['no-barrel: src/users/index.ts → src/users/user.types.ts'],
    },
    {
      refuse: 'a barrel at the top',
      change: { 'src/index.ts': 'export {};', 'src/main.ts': "import './app.module.js'; import './index.js';" },
      complaints: ['no-barrel: src/main.ts → src/index.ts'],
    },
    {
      refuse: 'a module that has no place on the line',
      change: { 'src/billing/billing.service.ts': "import '../platform/clock.js';" },
      complaints: ['on-the-line: src/billing/billing.service.ts → src/platform/clock.ts'],
    },
    {
      refuse: 'the import of a module that has no place on the line',
      change: {
        'src/sessions/session.service.ts': "import '../billing/billing.service.js';",
        'src/billing/billing.service.ts': 'export {};',
      },
      complaints: ['on-the-line: src/sessions/session.service.ts → src/billing/billing.service.ts'],
    },
    {
      refuse: 'code that ships the tests and the demo',
      change: {
        'src/users/user.service.ts': "import '../../test/support/clock.js'; import '../../demo/seed.js';",
        'test/support/clock.ts': 'export {};',
        'demo/seed.ts': 'export {};',
      },
      complaints: [
        'ships-alone: src/users/user.service.ts → demo/seed.ts',
        'ships-alone: src/users/user.service.ts → test/support/clock.ts',
      ],
    },
    {
      refuse: 'code that ships a development dependency',
      change: { 'src/users/user.service.ts': "import 'unshipped';" },
      complaints: ['ships-alone: src/users/user.service.ts → node_modules/unshipped/index.js'],
    },
    {
      refuse: 'a file that nothing imports and that imports nothing',
      change: { 'src/users/forgotten.ts': 'export const forgotten = true;' },
      complaints: ['no-orphan: src/users/forgotten.ts'],
    },
    {
      refuse: 'an import that leads nowhere',
      change: { 'src/users/user.service.ts': "import './gone.js';" },
      complaints: ['resolvable: src/users/user.service.ts → ./gone.js'],
    },
  ])('refuse $refuse', async ({ change, complaints }) => {
    expect(await complaintsOf({ ...sound, ...(change as Tree) })).toEqual(complaints);
  });
});

describe('the module line', () => {
  it('reads the same in CONTRIBUTING as in the rules', async () => {
    expect(await readFile(path.join(root, '.github/CONTRIBUTING.md'), 'utf8')).toContain(moduleLine.join(' → '));
  });
});

const serviceOf = (module: string): string =>
  module === 'app' ? 'src/app.module.ts' : `src/${module}/${module}.service.ts`;

const importing = (from: string, to: string): string => {
  const file = path.posix.relative(path.posix.dirname(serviceOf(from)), serviceOf(to)).replace(/\.ts$/, '.js');
  return `import '${file.startsWith('.') ? file : `./${file}`}';`;
};

/** What the rules say of a tree, as `rule: from → to`, sorted. */
async function complaintsOf(tree: Tree): Promise<string[]> {
  const at = await mkdtemp(path.join(folder, 'tree-'));
  for (const [file, text] of Object.entries(tree)) {
    await mkdir(path.dirname(path.join(at, file)), { recursive: true });
    await writeFile(path.join(at, file), text);
  }
  const { enhancedResolveOptions, ...options } = rules.options;
  const run = { ...options, ruleSet: { forbidden: rules.forbidden }, validate: true, baseDir: at };
  const { output } = await cruise(
    ['src', ...('test/support/app.ts' in tree ? ['test'] : [])],
    run,
    enhancedResolveOptions,
  );
  return (output as ICruiseResult).summary.violations
    .map(({ rule, from, to }) => (from === to ? `${rule.name}: ${from}` : `${rule.name}: ${from} → ${to}`))
    .sort();
}
