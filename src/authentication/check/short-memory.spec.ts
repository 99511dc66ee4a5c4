import { describe, expect, it, jest } from '@jest/globals';
import { ShortMemory } from './short-memory.js';

function memory() {
  let now = 0;
  const ask = jest.fn((answer: string | null = 'answer') => Promise.resolve(answer));
  const kept = new ShortMemory<string>(() => now);
  return {
    ask,
    kept,
    recall: (subject = 'subject', question = '', answer: string | null = 'answer') =>
      kept.recall(subject, question, () => ask(answer)),
    wait: (ms: number) => (now += ms),
  };
}

describe('the short memory', () => {
  it('asks once in a second, counted from before the question, however many want to know', async () => {
    const { ask, recall, wait } = memory();
    await Promise.all([recall(), recall(), recall()]);
    wait(999);
    expect(await recall()).toBe('answer');
    expect(ask).toHaveBeenCalledTimes(1);
    wait(1);
    await recall();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('tells subjects and questions apart', async () => {
    const { recall } = memory();
    expect(await recall('ada', 'acme', 'OWNER')).toBe('OWNER');
    expect(await recall('ada', 'other', 'VIEWER')).toBe('VIEWER');
    expect(await recall('bob', 'acme', 'NONE')).toBe('NONE');
    expect(await recall('ada', 'acme', 'another')).toBe('OWNER');
  });

  it('forgets a subject with all its questions, even one whose answer is still awaited', async () => {
    const { ask, kept, recall } = memory();
    const awaited = recall('ada', 'acme');
    kept.forget('ada');
    await recall('ada', 'acme');
    await awaited;
    expect(ask).toHaveBeenCalledTimes(2);
    await recall('ada', 'acme');
    expect(ask).toHaveBeenCalledTimes(2);
    kept.forgetAll();
    await recall('ada', 'acme');
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it('remembers neither that there is nothing nor that it failed', async () => {
    const { ask, kept, recall } = memory();
    expect(await recall('ada', '', null)).toBeNull();
    await recall('ada', '', null);
    expect(ask).toHaveBeenCalledTimes(2);
    await expect(kept.recall('bob', '', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await recall('bob')).toBe('answer');
  });

  it('keeps ten thousand subjects and five questions about each, and no more', async () => {
    const { ask, recall } = memory();
    for (let subject = 0; subject < 10_000; subject += 1) await recall(`subject-${subject}`);
    await recall('subject-0');
    expect(ask).toHaveBeenCalledTimes(10_000);
    await recall('one-too-many');
    await recall('subject-1');
    expect(ask).toHaveBeenCalledTimes(10_001);
    await recall('subject-0');
    expect(ask).toHaveBeenCalledTimes(10_002);
    for (let question = 0; question < 6; question += 1) await recall('ada', String(question));
    ask.mockClear();
    await recall('ada', '5');
    expect(ask).toHaveBeenCalledTimes(0);
    await recall('ada', '0');
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
