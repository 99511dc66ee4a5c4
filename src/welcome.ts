import type { NestExpressApplication } from '@nestjs/platform-express';
import { SetupService } from './onboarding/setup.service.js';
import type { Config } from './platform/config/config.js';

/** A line for the person at the terminal. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Where to go, printed once the server answers; until there is an administrator, with the link that makes the first. */
export async function welcome(app: NestExpressApplication, config: Config): Promise<void> {
  const setupLink = await app.get(SetupService, { strict: false }).issueLink();
  say('');
  say('  Gatehouse is ready.');
  say('');
  say(`  Sign in        ${config.rootUrl}/sign-in`);
  if (config.explorer) say(`  API explorer   ${config.rootUrl}/graphiql`);
  if (setupLink !== null)
    say(
      `  First steps    ${setupLink}\n                 (makes the first instance administrator; good once, for a day)`,
    );
  say('');
}
