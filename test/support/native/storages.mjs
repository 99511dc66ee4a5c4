// The AsyncLocalStorages of a suite: Jest's own, and one for each database of an application that it starts.
import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

const made = [];

/** Makes this process remember those that are made from now on. */
export function watchStorages() {
  asyncHooks.AsyncLocalStorage = class extends AsyncLocalStorage {
    constructor(...parameters) {
      super(...parameters);
      made.push(this);
    }
  };
  syncBuiltinESMExports();
}

/**
 * One that was used once counts as in use for good, and in Node 20 every promise asks each of those for its part: after some
 * dozens of suites that would be most of what a promise costs. One that is used again is in use again.
 */
export function disableStorages() {
  for (const storage of made.splice(0)) storage.disable();
}
