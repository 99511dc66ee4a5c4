import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

describe('suites that share a process', () => {
  it('have one set of globals with Node: an error of its own is an Error', async () => {
    const error: unknown = await readFile('/nowhere').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
  });

  describe('run one after the other', () => {
    let run: { readonly code: number | null; readonly printed: string };

    beforeAll(async () => {
      run = await jest('one.suite', 'another.suite');
    });

    it('find nothing that the other left behind', () => {
      expect(run).toMatchObject({ code: 0, printed: expect.stringContaining('Tests:       6 passed, 6 total') });
    });

    it('load what they share once', () => {
      expect(run.printed).toContain('suites so far: 2');
    });
  });

  it('are told of a failure with its place in the source', async () => {
    const { code, printed } = await jest('failing.suite');
    expect(code).toBe(1);
    expect(printed).toContain('Expected: 42');
    expect(printed).toContain('suites/failing.suite.ts:10:24');
  });
});

/** Our Jest in a process of its own, on suites that are none of ours. */
async function jest(...suites: string[]): Promise<{ code: number | null; printed: string }> {
  const parameters = ['run', '--silent', 'jest', '--', '--runInBand', '--testMatch', '**/*.suite.ts', '--', ...suites];
  const run = spawn('npm', parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => run.once('close', resolve));
  return { code, printed };
}
