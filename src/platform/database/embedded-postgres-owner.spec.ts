import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { claimDirectory } from './embedded-postgres-owner.js';

let scratch: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'owner-spec-'));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(scratch, { recursive: true, force: true });
});

describe('a claim', () => {
  it('is refused to others until it is released', async () => {
    const directory = await makeDirectory('claimed');
    const claim = await claimDirectory(directory);
    await expect(claimDirectory(directory)).rejects.toThrow('is in use by another process');
    claim.release();
    (await claimDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('ends with a process that is killed, and its file is swept', async () => {
    const directory = await makeDirectory('killed');
    const child = await claimInChild(directory);
    await expect(claimDirectory(directory)).rejects.toThrow(`in use by another process (${child.pid})`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const claim = await claimDirectory(directory);
    expect(await readdir(directory)).toHaveLength(1);
    claim.release();
  });

  it('is kept by a process that is stopped and cannot answer', async () => {
    const directory = await makeDirectory('stopped');
    const child = await claimInChild(directory);
    child.kill('SIGSTOP');
    await expect(claimDirectory(directory)).rejects.toThrow('in use by another process:');
  });

  it('goes to exactly one of many processes that ask at once', async () => {
    const directory = await makeDirectory('contended');
    const results = await Promise.all(Array.from({ length: 4 }, () => outcomeInChild(directory)));
    expect(results.sort()).toEqual(['claimed', 'refused', 'refused', 'refused']);
  });

  it('goes to the first where none is there before the others, and nobody waits for ever', async () => {
    const directory = await makeDirectory('simultaneous');
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => claimDirectory(directory)));
    const refusals = results.filter((result) => result.status === 'rejected').map(({ reason }) => String(reason));
    for (const result of results) if (result.status === 'fulfilled') result.value.release();
    expect(refusals).toHaveLength(4);
    for (const refusal of refusals) expect(refusal).toContain('is in use');
    expect(await readdir(directory)).toEqual([]);
  });

  it('works in a directory whose path is longer than a socket address may be', async () => {
    const directory = await makeDirectory('long'.repeat(40));
    const claim = await claimDirectory(directory);
    await expect(claimDirectory(directory)).rejects.toThrow('is in use');
    expect(await readdir(directory)).toHaveLength(1);
    claim.release();
    expect(await readdir(directory)).toEqual([]);
  });
});

async function makeDirectory(name: string): Promise<string> {
  const directory = path.join(scratch, name);
  await mkdir(directory);
  return directory;
}

async function claimInChild(directory: string): Promise<ChildProcess> {
  const child = spawnClaimant(directory);
  const [outcome] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(outcome.toString()).toBe('claimed');
  return child;
}

async function outcomeInChild(directory: string): Promise<string> {
  const [outcome] = (await once(spawnClaimant(directory).stdout!, 'data')) as [Buffer];
  return outcome.toString();
}

/** A process that claims the directory, says how that went, and stays. */
function spawnClaimant(directory: string): ChildProcess {
  const module = path.join(import.meta.dirname, 'embedded-postgres-owner.ts');
  const code = `
    import { claimDirectory } from ${JSON.stringify(module)};
    const outcome = await claimDirectory(process.argv[1]).then(() => 'claimed', (error) => /in use/.test(error.message) ? 'refused' : error.message);
    process.stdout.write(outcome);
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}
