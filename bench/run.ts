import { keys } from './keys/keys.js';
import { signIn } from './sign-in/sign-in.js';

const benchmarks: Readonly<Record<string, (scale: 'whole' | 'tiny') => Promise<void>>> = { 'sign-in': signIn, keys };

/** `npm run bench -- <name>`; with `--tiny` it only shows that it runs, and its figures mean nothing. */
async function main(): Promise<void> {
  const [name = '', ...options] = process.argv.slice(2);
  const benchmark = benchmarks[name];
  if (!benchmark) {
    console.error(`Which one? npm run bench -- ${Object.keys(benchmarks).join(' | ')}`);
    process.exitCode = 2;
    return;
  }
  await benchmark(options.includes('--tiny') ? 'tiny' : 'whole');
}

await main();
