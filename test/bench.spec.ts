import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');

/** What a benchmark prints, when it only shows that it runs. */
async function linesOf(benchmark: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'bench/run.ts', benchmark, '--tiny'],
    { cwd: root, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }, timeout: 110_000 },
  );
  return stdout.trim().split('\n');
}

const namesIn = (lines: readonly string[]): (string | undefined)[] => lines.map((line) => line.split(/ {2,}/)[0]);

describe('the benchmark of signing in', () => {
  it('runs to its end and prints each figure, with its aim where there is one', async () => {
    const lines = await linesOf('sign-in');
    expect(namesIn(lines)).toEqual([
      'argon2id verifications, two at once',
      'password sign-ins over HTTP',
      'sign-ins for each verification',
      'OpenID callbacks',
      'their time outside the provider',
      'bare node:http replies',
      'session checks',
      'checks for each bare reply',
      'a GraphQL query alone, p50 / p99',
      'the same while 10 password sign-ins are queued',
    ]);
    for (const line of lines)
      expect(line).toMatch(/ {2}[\d.]+( ms \/ [\d.]+ ms| \/s| %)?( {3}aim .+: (met|NOT MET))?$/);
    expect(lines.filter((line) => line.includes('aim'))).toHaveLength(3);
  });
});

describe('the benchmark of keys', () => {
  it('runs to its end and prints each figure, with its aim where there is one', async () => {
    const lines = await linesOf('keys');
    expect(namesIn(lines)).toEqual([
      'bare node:http replies',
      'verifications of one key',
      'verifications for each bare reply',
      'look-ups by primary key',
      'verifications, nothing cached',
      'verifications for each look-up',
      'verifications where there are 1000 keys',
      'the same where there are 3000 keys',
      'times as long with the many',
      'a revocation until 4 processes refuse the key, p50',
      'the same, the worst of 3',
      'permission checks in one process',
      'statements for 5 organizations × 2 projects × keys',
      'statements for 6 × 3 × keys',
      'a page of members: of 10 members / of 50, p50',
      'explainAccess: of 10 members / of 50, p50',
    ]);
    for (const line of lines)
      expect(line).toMatch(/ {2}[\d.]+( ms \/ [\d.]+ ms| \/s| ms)?( {3}aim .+: (met|NOT MET))?$/);
    expect(lines.filter((line) => line.includes('aim'))).toHaveLength(6);
    // Counted, and so worth something even here.
    expect(lines.find((line) => line.startsWith('statements for 5'))).toMatch(/ {2}[1-9]\d*$/);
  });
});
