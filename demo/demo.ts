import { whenOrphaned } from '../src/orphaned.js';
import { seed } from './seed.js';
import { walk, type Step } from './walk.js';
import { startWorld, type World } from './world.js';

/**
 * `npm run demo`: Gatehouse in the company of Acme, with a walk to follow by hand.
 * `npm run demo -- --check`: walks it by itself, prints each step's time, and fails at the first step that does.
 */
async function main(): Promise<void> {
  const checking = process.argv.includes('--check');
  const world = await startWorld(checking ? 'any' : 'memorable');
  try {
    const steps = walk(world, await seed(world));
    if (checking) await checkAll(steps);
    else await present(world, steps);
  } finally {
    await world.stop();
  }
}

async function checkAll(steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const started = performance.now();
    await step.check().catch((cause: unknown) => {
      throw new Error(`step ${index + 1} failed: ${step.title}`, { cause });
    });
    console.log(`✓ ${index + 1}. ${step.title} (${Math.round(performance.now() - started)} ms)`);
  }
}

async function present(world: World, steps: readonly Step[]): Promise<void> {
  console.log(
    `\nGatehouse is at ${world.gatehouse}, Acme's Okta at ${world.okta.issuer}, Acme's mail at ${world.mail.page ?? ''}`,
  );
  console.log(`ADMIN_API_KEY=${world.adminApiKey}\n`);
  for (const [index, { title, lines }] of steps.entries()) {
    console.log(`${index + 1}. ${title}\n${lines.map((line) => `     ${line}`).join('\n')}\n`);
  }
  console.log('Control-C ends all of it and leaves nothing behind.');
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    whenOrphaned(process.env, resolve);
  });
  await Promise.race([interrupted, world.ended]);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
