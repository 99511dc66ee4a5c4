import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { type Account, closedStep } from './embedded-postgres-account.js';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

const instead = 'set DATABASE_URL to a PostgreSQL server of your own';
const platforms: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const packages = new Set(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64']);
/** Where glibc keeps the loader that the Linux binaries name; musl has none there. */
const glibcLoaders: Record<string, string> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

/** The npm package with PostgreSQL's binaries for a machine, or an error that says why there is none. */
export function packageFor(platform: NodeJS.Platform, arch: string, exists: (file: string) => boolean): string {
  const name = `${platforms[platform] ?? platform}-${arch}`;
  if (!packages.has(name)) {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${platform} on ${arch}: ${instead}.`);
  }
  if (platform === 'linux' && !exists(glibcLoaders[arch] ?? '')) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL needs glibc, which Alpine and other musl systems lack: ${instead}.`,
    );
  }
  return `@embedded-postgres/${name}`;
}

/** The folder of this machine's package. */
export function findPackage(): string {
  const name = packageFor(process.platform, process.arch, existsSync);
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The package ${name} is not installed: run npm ci without --omit=optional, or ${instead}.`,
      { cause },
    );
  }
}

const temporaryFolders = [os.tmpdir(), '/var/tmp', '/tmp'];

/**
 * Makes a package's binaries ready to run as `account`: where they are, or from a copy in the first of `folders` that is open
 * to the account where they cannot be reached or completed.
 */
export async function prepareBinaries(
  packageFolder: string,
  account: Account | undefined,
  folders: readonly string[] = temporaryFolders,
): Promise<Binaries> {
  const native = path.join(packageFolder, 'native');
  const usable = (await makeLinks(native)) && (await isReachable(native, account));
  return binariesIn(usable ? native : await copyIn(await openFolder(folders, account), packageFolder));
}

function binariesIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (name: string) => path.join(native, 'bin', `${name}${suffix}`);
  return { initdb: binary('initdb'), postgres: binary('postgres'), pgCtl: binary('pg_ctl') };
}

/**
 * Makes the links of `pg-symlinks.json`, which npm packages cannot carry; the package's own install script does the same,
 * but npm 11 runs no install scripts unasked. False where the folder is not ours to write.
 */
async function makeLinks(native: string): Promise<boolean> {
  for (const { source, target } of await linksOf(native)) {
    const link = path.join(native, '..', target);
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' && !existsSync(link)) return false;
    }
  }
  return true;
}

async function linksOf(native: string): Promise<{ source: string; target: string }[]> {
  const file = path.join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  return JSON.parse(await readFile(file, 'utf8')) as { source: string; target: string }[];
}

async function isReachable(native: string, account: Account | undefined): Promise<boolean> {
  for (const part of ['bin/postgres', 'bin/initdb', 'lib/postgresql', 'share/postgresql']) {
    if (account && (await closedStep(path.join(native, part), account))) return false;
  }
  return true;
}

/** One copy per version and user, kept between starts and completed by each. */
async function copyIn(folder: string, packageFolder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const name = `gatehouse-postgres-${manifest.version}-${process.getuid?.() ?? 'user'}`;
  const copy = path.join(folder, name);
  await makeOwnFolder(copy);
  const native = path.join(copy, 'native');
  await complete(path.join(packageFolder, 'native'), native);
  await makeLinks(native);
  return native;
}

async function openFolder(folders: readonly string[], account: Account | undefined): Promise<string> {
  for (const folder of folders) {
    if (existsSync(folder) && !(await closedStep(folder, account))) return folder;
  }
  throw new EmbeddedPostgresError(
    `No temporary folder is open to the user that runs PostgreSQL: set TMPDIR to one that is, or ${instead}.`,
  );
}

/** Temporary folders are everybody's, so a folder of this name may be a trap: what we run from it must be ours alone to write. */
async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 }).then(
    () => chmod(folder, 0o755),
    (error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    },
  );
  const found = await lstat(folder);
  const ours = process.platform === 'win32' || (found.uid === process.getuid?.() && (found.mode & 0o022) === 0);
  if (!found.isDirectory() || !ours) {
    throw new EmbeddedPostgresError(
      `${folder} is where PostgreSQL is copied to, but others can write it: remove it, or ${instead}.`,
    );
  }
}

/** Each file arrives by a rename, so a kill in the middle or two starts at once leave no half file. */
async function complete(from: string, to: string): Promise<void> {
  await makeFolder(to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (entry.isDirectory()) return complete(source, target);
      if (!entry.isFile() || entry.name.endsWith('.a') || (await sizeOf(source)) === (await sizeOf(target))) return;
      const arriving = `${target}.${process.pid}`;
      await copyFile(source, arriving);
      await chmod(arriving, 0o755);
      await rename(arriving, target);
    }),
  );
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size;
}
