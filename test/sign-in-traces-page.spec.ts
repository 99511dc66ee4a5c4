import { describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { signInRefusals } from '../src/authentication/sign-in/sign-in-refused.js';
import { secondFactorRefusals } from '../src/authentication/second-factors/second-factor-refusals.js';
import { passkeyRefusals } from '../src/authentication/strategies/passkey/passkey-refusals.js';
import { causeOf, rules } from '../src/sso/diagnosis/sign-in-cause.types.js';
import { signInCauses } from '../src/sso/diagnosis/sign-in-causes.js';

const committed = path.resolve(import.meta.dirname, '../docs/sign-in-traces.md');
const heading = '| cause | what it means | what to do |\n|---|---|---|\n';

describe('the causes of a sign-in that failed', () => {
  it('are documented as the catalogue has them (npm run docs writes it)', async () => {
    const page = await readFile(committed, 'utf8');
    const rows = Object.entries(signInCauses).map(
      ([code, { explanation, remedy }]) => `| \`${code}\` | ${explanation} | ${remedy} |\n`,
    );
    const current = page.slice(0, page.indexOf(heading)) + heading + rows.join('');
    if (process.env.UPDATE_DOCS) await writeFile(committed, current);
    expect(await readFile(committed, 'utf8')).toBe(current);
  });

  it('are found for each reason that a provider’s sign-in is refused for', () => {
    const withoutProvider = [
      ...Object.keys({ ...secondFactorRefusals, ...passkeyRefusals }),
      ...['WRONG_PASSWORD', 'UNKNOWN_ACCOUNT', 'TOO_MANY_ATTEMPTS', 'PASSWORD_DISABLED'],
      ...['EMAIL_TAKEN', 'INVITATION_INVALID', 'GUEST_WITHOUT_EXCEPTION', 'LOGOUT_TOKEN_INVALID'],
    ];
    const unexplained = Object.keys(signInRefusals).filter(
      (reason) => !withoutProvider.includes(reason) && causeOf(reason, null) === 'OURS',
    );
    expect(unexplained).toEqual(['UNEXPECTED']);
  });

  it('can each be the cause of something', () => {
    const byItself = ['NEVER_CAME_BACK', 'OURS'];
    const reached = new Set<string>([...rules.map(({ cause }) => cause), ...byItself]);
    expect(Object.keys(signInCauses).filter((cause) => !reached.has(cause))).toEqual([]);
  });
});
