import { ModuleMocker } from 'jest-mock';
import { disableStorages } from './storages.mjs';

/** Where Jest keeps what a suite told it: `jest.setTimeout`, `jest.retryTimes`, and who collects its tests. */
const told = [
  'EVENT_HANDLERS',
  'LOG_ERRORS_BEFORE_RETRY',
  'RETRY_IMMEDIATELY',
  'RETRY_TIMES',
  'RETRY_TIMES_SETTER',
  'TEST_TIMEOUT_SYMBOL',
  'WAIT_BEFORE_RETRY',
].map((name) => Symbol.for(name));

/**
 * The process as it is, with its one set of globals, so that an `Error` of Node or of a package is an `Error` to us. Suites
 * that follow one another in it find it as if they were the first: spies are restored (by Jest's runtime), and what else a
 * suite can leave behind is put back here. There are no fake timers: in the application the clock is a port.
 */
export default class NativeEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  #console = globalThis.console;
  #env = { ...process.env };
  #exit = process.exit;

  async setup() {
    // Jest reads stack traces by maps of its own making; Node has those of what it loaded.
    Error.prepareStackTrace = undefined;
  }

  async teardown() {
    for (const symbol of told) delete globalThis[symbol];
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
    globalThis.console = this.#console;
    process.exit = this.#exit;
    disableStorages();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** None: there is no world but this one. */
  getVmContext() {
    return null;
  }
}
