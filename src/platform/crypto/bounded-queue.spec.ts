import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BoundedQueue, Overloaded } from './bounded-queue.js';

/** Tasks that end when told to, and a record of those that have begun. */
function tasks() {
  const begun: string[] = [];
  const endings = new Map<string, () => void>();
  return {
    begun,
    task: (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => endings.set(name, () => resolve(name)));
    },
    end: async (name: string) => {
      endings.get(name)?.();
      await nextTurn();
    },
  };
}

describe('a bounded queue', () => {
  it('runs no more tasks at once than it may, and the others in the order of their coming', async () => {
    const queue = new BoundedQueue({ concurrency: 2, maxQueue: 10 });
    const { begun, task, end } = tasks();
    const all = Promise.all(['a', 'b', 'c', 'd'].map((name) => queue.run(task(name))));
    await nextTurn();
    expect(begun).toEqual(['a', 'b']);

    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    await end('c');
    await end('d');
    expect(await all).toEqual(['a', 'b', 'c', 'd']);
  });

  it('turns away what would make its line too long, at once and without running it', async () => {
    const queue = new BoundedQueue({ concurrency: 1, maxQueue: 1 });
    const { begun, task, end } = tasks();
    const [first, second] = [queue.run(task('first')), queue.run(task('second'))];
    await expect(queue.run(task('third'))).rejects.toThrow(Overloaded);

    await end('first');
    await end('second');
    await Promise.all([first, second]);
    expect(begun).toEqual(['first', 'second']);
  });

  it('goes on after a task has failed', async () => {
    const queue = new BoundedQueue({ concurrency: 1, maxQueue: 1 });
    const failing = queue.run(() => Promise.reject(new Error('broken')));
    const waiting = queue.run(() => Promise.resolve('well'));
    await expect(failing).rejects.toThrow('broken');
    expect(await waiting).toBe('well');
    expect(await queue.run(() => Promise.resolve('again'))).toBe('again');
  });

  it('stays as wide as it is while some tasks end and others go on', async () => {
    const queue = new BoundedQueue({ concurrency: 2, maxQueue: 10 });
    const { begun, task, end } = tasks();
    const all = ['a', 'b'].map((name) => queue.run(task(name)));
    await nextTurn();
    await end('a');
    all.push(...['c', 'd'].map((name) => queue.run(task(name))));
    await nextTurn();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const name of ['b', 'c', 'd']) await end(name);
    await Promise.all(all);
  });

  it('does not grow wider by being used', async () => {
    const queue = new BoundedQueue({ concurrency: 1, maxQueue: 10 });
    await Promise.all(['1', '2', '3'].map((name) => queue.run(() => Promise.resolve(name))));
    const { begun, task, end } = tasks();
    const all = ['a', 'b'].map((name) => queue.run(task(name)));
    await nextTurn();
    expect(begun).toEqual(['a']);
    await end('a');
    await end('b');
    await Promise.all(all);
  });
});
