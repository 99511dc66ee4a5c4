import { describe, expect, it } from '@jest/globals';
import { Overloaded } from './bounded-queue.js';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher();

describe('a password hasher', () => {
  it('hashes with argon2id at 19 MiB and two passes, each time with another salt', async () => {
    const [one, two] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('accepts the password and no other', async () => {
    const stored = await hasher.hash('correct horse');
    expect(await hasher.verify(stored, 'correct horse')).toBe(true);
    for (const wrong of ['Correct horse', 'correct horse ', 'correct hors', '']) {
      expect(await hasher.verify(stored, wrong)).toBe(false);
    }
  });

  it('takes one password in two Unicode forms for one (NIST SP 800-63B-4)', async () => {
    const stored = await hasher.hash('caf\u00e9 \uff21');
    expect(await hasher.verify(stored, 'cafe\u0301 A')).toBe(true);
  });

  it('reads a password to its end', async () => {
    const stored = await hasher.hash('x'.repeat(200));
    expect(await hasher.verify(stored, 'x'.repeat(199))).toBe(false);
  });

  it('says no where there is no hash, whatever the password', async () => {
    expect(await hasher.verify(null, 'anything')).toBe(false);
  });

  it('takes as long for an account that does not exist', async () => {
    const stored = await hasher.hash('correct horse');
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      known.push(await cpuTimeOf(() => hasher.verify(stored, 'wrong')));
      unknown.push(await cpuTimeOf(() => hasher.verify(null, 'wrong')));
    }
    // Generous: without the dummy hash it would be a hundredth.
    expect(median(unknown) / median(known)).toBeGreaterThan(0.5);
    expect(median(unknown) / median(known)).toBeLessThan(2);
  });

  it('turns away what its line cannot hold, and serves the rest', async () => {
    const small = new PasswordHasher({ concurrency: 1, maxQueue: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => small.verify(null, 'wrong')));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(results.at(-1)).toMatchObject({ reason: expect.any(Overloaded) });
  });
});

/** In microseconds of all threads of the process, which does not count what other processes took. */
async function cpuTimeOf(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
