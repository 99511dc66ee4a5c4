// Jest makes a world of its own for each suite, and in it loads and evaluates all of the application and its packages
// anew: a second of work, a hundred times. Ours are loaded once in each worker, by Node, as in production. What a suite
// has to itself is what it asks for: its application, its database, its port; see environment.mjs for the rest.
import Runtime from 'jest-runtime';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { giveGlobals } from './globals.mjs';
import { learnToLoad } from './loading.mjs';
import { watchStorages } from './storages.mjs';

learnToLoad();
watchStorages();
// A failure is told with the place in the source, and not in what was made of it.
process.setSourceMapsEnabled(true);

export default class NativeRuntime extends Runtime {
  constructor(...parameters) {
    const { watch, watchAll } = parameters.at(-1);
    if (watch || watchAll) throw new Error('Code is loaded once, so a change would not be seen: run again instead.');
    super(...parameters);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  /** Loads a suite, which declares its tests meanwhile. */
  unstable_importModule(file) {
    giveGlobals(this.requireModuleOrMock(file, '@jest/globals'));
    return import(pathToFileURL(file).href);
  }

  /** Jest's own collector of tests: a new one for each suite, and no reference to the old one is kept. */
  requireInternalModule(file) {
    const require = createRequire(file);
    delete require.cache[file];
    return require(file);
  }

  /** Nothing to install: suites have the process itself, and not a copy. */
  installGetBuiltinModule() {}
}
