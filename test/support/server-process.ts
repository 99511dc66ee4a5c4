import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createClient, type HttpClient } from './servers/http-client.js';

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly adminApiKey: string;
  /** Milliseconds from the command to the first answer. */
  readonly firstAnswerMs: number;
  /** All that it has printed so far. */
  output(): string;
  admin(): HttpClient;
  /** Bytes of the Node.js process that are in memory. */
  residentBytes(): number;
  /** Sends a signal and waits for the end. @returns the exit code, or the signal that ended it */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | string | null>;
}

const main = path.resolve(import.meta.dirname, '../../dist/main.js');

/** Starts the built server as a process of its own, as `npm start` does, and waits for its first answer. */
export async function startServer(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const started = performance.now();
  const adminApiKey = `admin-${randomBytes(24).toString('hex')}`;
  const server = spawnServer({ ADMIN_API_KEY: adminApiKey, LOG_LEVEL: 'warn', ...environment });
  const url = `http://127.0.0.1:${environment.PORT ?? '3000'}`;
  let printed = '';
  server.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  server.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await firstAnswer(url, server, () => printed);
  const firstAnswerMs = performance.now() - started;
  return {
    url,
    pid: server.pid ?? 0,
    adminApiKey,
    firstAnswerMs,
    output: () => printed,
    admin: () => createClient(url, { bearer: adminApiKey }),
    residentBytes: () => residentBytes(server.pid ?? 0),
    end: (signal) => endOf(server, signal),
  };
}

/** Starts the server through npm, whose shell passes no signal on. */
export async function startWithNpm(
  environment: Readonly<Record<string, string>>,
): Promise<{ end(signal: NodeJS.Signals): Promise<unknown>; isGone(): Promise<boolean> }> {
  const { PATH = '', HOME = '' } = process.env;
  const root = path.resolve(import.meta.dirname, '../..');
  const npm = spawn('npm', ['start', '--silent', '--ignore-scripts'], {
    cwd: root,
    env: { PATH, HOME, ...environment },
  });
  const url = `http://127.0.0.1:${environment.PORT ?? '3000'}`;
  await firstAnswer(url, npm, () => '');
  return { end: (signal) => endOf(npm, signal), isGone: () => isGone(url) };
}

/** Whether nobody answers any more, within five seconds. */
async function isGone(url: string): Promise<boolean> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    if ((await fetch(`${url}/healthz`).catch(() => null)) === null) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** Starts the server where it is expected to give up, and gives what it printed and its exit code. */
export async function startServerInVain(
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const server = spawnServer(environment);
  let output = '';
  server.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  server.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => server.once('close', resolve));
  return { code, output };
}

function spawnServer(environment: Readonly<Record<string, string>>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [main], { env: { PATH, HOME, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function firstAnswer(url: string, server: ChildProcess, printed: () => string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}: ${printed()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`No answer within 30 seconds: ${printed()}`);
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

function endOf(server: ChildProcess, signal: NodeJS.Signals): Promise<number | string | null> {
  return new Promise((resolve) => {
    server.once('exit', (code, by) => resolve(code ?? by));
    server.kill(signal);
  });
}
