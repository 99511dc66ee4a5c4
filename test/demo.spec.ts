import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

it('walks the demo’s seven steps over HTTP', async () => {
  const demo = spawn(process.execPath, ['--import', 'tsx', 'demo/demo.ts', '--check'], { cwd: root });
  let output = '';
  demo.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  demo.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => demo.once('close', resolve));
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^(✓ [1-7]\. .+ \(\d+ ms\)\n){7}$/) });
}, 60_000);
