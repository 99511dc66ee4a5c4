import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');

describe('the benchmark of signing in', () => {
  it('runs to its end and prints each figure, with its aim where there is one', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'bench/run.ts', 'sign-in', '--tiny'],
      { cwd: root, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }, timeout: 110_000 },
    );
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
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
