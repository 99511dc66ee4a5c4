// node .config/side-by-side.mjs jest lint typecheck …: runs scripts of package.json at the same time. The first takes longest
// and shows how far it is; the others live on what it leaves of the machine, and what they say is printed when they end.
// Each is heard out: one that fails stops no other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';

const [first, ...others] = process.argv.slice(2);
const whole = run(first);
// Ours, and so that of all that we start from here on.
setPriority(constants.priority.PRIORITY_LOW);
const succeeded = await Promise.all([whole, ...others.map(runAside)]);
process.exitCode = succeeded.every(Boolean) ? 0 : 1;

function run(script) {
  return succeeds(script, start(script, 'inherit'));
}

async function runAside(script) {
  const child = start(script, 'pipe');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const success = await succeeds(script, child);
  process.stdout.write(said);
  return success;
}

function start(script, output) {
  return spawn(`npm run --silent ${script}`, { shell: true, stdio: ['ignore', output, output] });
}

async function succeeds(script, child) {
  const [code] = await once(child, 'close');
  if (code !== 0) process.stderr.write(`${script} failed (${code})\n`);
  return code === 0;
}
