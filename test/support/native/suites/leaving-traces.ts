import { describe, expect, it, jest } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';

let suites = 0;
const storages: AsyncLocalStorage<string>[] = [];

/** A suite that leaves all behind that it can, and finds nothing of another that did the same before it. */
export function leaveTraces(): void {
  suites += 1;

  describe('a suite', () => {
    it('finds no variable, spy, console or time limit of the one before it', async () => {
      expect(process.env.LEFT_BEHIND).toBeUndefined();
      expect(process.env.HOME).not.toBe('elsewhere');
      expect(jest.isMockFunction(Date.now)).toBe(false);
      expect(console).not.toHaveProperty('leftBehind');
      await new Promise((resolve) => setTimeout(resolve, 50));
      process.env.LEFT_BEHIND = 'yes';
      process.env.HOME = 'elsewhere';
      jest.spyOn(Date, 'now').mockReturnValue(0);
      Object.assign(console, { leftBehind: true });
      jest.setTimeout(10);
    });

    it('pays for no storage of the one before it, whenever a promise is made', async () => {
      // In Node 20 each has this; later ones propagate all of them as one.
      for (const storage of storages) expect(storage).not.toHaveProperty('enabled', true);
      const storage = new AsyncLocalStorage<string>();
      storages.push(storage);
      expect(await storage.run('left behind', () => Promise.resolve().then(() => storage.getStore()))).toBe(
        'left behind',
      );
    });

    it('shares the code with it', () => {
      process.stderr.write(`suites so far: ${suites}\n`);
    });
  });
}
