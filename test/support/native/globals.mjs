// `@jest/globals` of whichever suite runs now. The bindings are live: a module that was loaded for an earlier suite sees
// those of this one.
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test;

export function giveGlobals(given) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = given);
}
