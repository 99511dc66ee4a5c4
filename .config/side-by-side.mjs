// node .config/side-by-side.mjs lint typecheck …: runs scripts of package.json at the same time. Each is heard out: what it
// says is printed when it ends, and one that fails stops no other.
import { spawn } from 'node:child_process';

const codes = await Promise.all(process.argv.slice(2).map(run));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

function run(script) {
  return new Promise((resolve) => {
    const child = spawn(`npm run --silent ${script}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    }
    child.once('close', (code) => {
      process.stdout.write(said);
      if (code !== 0) process.stderr.write(`${script} failed (${code})\n`);
      resolve(code);
    });
  });
}
