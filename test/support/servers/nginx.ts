import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A real nginx in a folder of its own, with no rights but those of whoever runs the tests.
 * @param directives of the `http` block, with the `server` in it, whose ports are the test's
 */
export async function startNginx(port: number, directives: string): Promise<Nginx> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    path.join(folder, 'nginx.conf'),
    `daemon off;
     ${process.getuid?.() === 0 ? 'user root;' : ''}
     worker_processes 1;
     pid ${folder}/pid;
     error_log ${folder}/error.log;
     events {}
     http {
       access_log off;
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
       ${directives}
     }`,
  );
  const binary = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
  const child = spawn(binary, [
    '-p',
    folder,
    '-c',
    path.join(folder, 'nginx.conf'),
    '-e',
    path.join(folder, 'error.log'),
  ]);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.once('error', (error) => (printed += String(error)));
  const url = `http://localhost:${port}`;
  for (const deadline = Date.now() + 10_000; !(await answers(url));) {
    await pause(20);
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`nginx: ${printed}${await readFile(path.join(folder, 'error.log'), 'utf8').catch(() => '')}`);
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGQUIT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
