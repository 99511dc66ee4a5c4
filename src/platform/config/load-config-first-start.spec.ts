import { describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { complaintOf, configFolder, longEnough } from '../../../test/support/config-folder.js';

const { placeOf, load } = configFolder();

describe('INIT_…', () => {
  const user = { INIT_USER_EMAIL: 'Ada@Example.COM', INIT_USER_PASSWORD: 'correct horse' };

  it('names what the first start makes, by id where no name is given', () => {
    expect(load({ INIT_ORG_ID: 'acme', INIT_PROJECT_ID: 'chat', ...user }).init).toEqual({
      organization: { id: 'acme', name: 'acme' },
      project: { id: 'chat', name: 'chat', keyPair: null },
      user: { email: 'ada@example.com', name: 'ada@example.com', password: expect.anything() },
    });
    const named = { INIT_ORG_NAME: 'Acme', INIT_PROJECT_NAME: 'Chat', INIT_USER_NAME: 'Ada' };
    const { init } = load({ INIT_ORG_ID: 'acme', INIT_PROJECT_ID: 'chat', ...user, ...named });
    expect([init.organization?.name, init.project?.name, init.user?.name]).toEqual(['Acme', 'Chat', 'Ada']);
    expect(load(user).init).toMatchObject({ organization: null, user: { email: 'ada@example.com' } });
  });

  it.each([
    [{ INIT_ORG_NAME: 'Acme' }, 'INIT_ORG_ID: expected an id, since INIT_ORG_NAME is set'],
    [{ INIT_PROJECT_ID: 'chat' }, 'INIT_ORG_ID: expected an id, since INIT_PROJECT_ID is set'],
    [
      { INIT_ORG_ID: 'o', INIT_PROJECT_ID: 'chat', INIT_PROJECT_PUBLIC_KEY: 'pk-lf-0123456789abcdef' },
      'INIT_PROJECT_SECRET_KEY: expected the other half, since INIT_PROJECT_PUBLIC_KEY is set',
    ],
    [
      { INIT_ORG_ID: 'o', INIT_PROJECT_NAME: 'Chat' },
      'INIT_PROJECT_ID: expected an id, since INIT_PROJECT_NAME is set',
    ],
    [{ INIT_USER_EMAIL: 'a@b.test' }, 'INIT_USER_PASSWORD: expected a password, since INIT_USER_EMAIL is set'],
    [
      { INIT_USER_PASSWORD: 'correct horse' },
      'INIT_USER_EMAIL: expected an email address, since INIT_USER_PASSWORD is set',
    ],
    [{ INIT_USER_NAME: 'Ada' }, 'INIT_USER_EMAIL: expected an email address, since INIT_USER_NAME is set'],
  ])('does not stand half: %j', (environment, line) => {
    expect(complaintOf(() => load(environment))).toBe(line);
  });
});

describe('a secret that nobody has given', () => {
  const secretsIn = () => placeOf('data', 'secrets');

  it('is made beside the embedded database, for its owner’s eyes only, and is the same at the next start', () => {
    const [first, second] = [load(), load()];
    expect(first.encryptionKey.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect(first.sessionSecret.reveal()).not.toBe(first.encryptionKey.reveal());
    expect(second.encryptionKey.reveal()).toBe(first.encryptionKey.reveal());
    expect(second.sessionSecret.reveal()).toBe(first.sessionSecret.reveal());

    const names = readdirSync(secretsIn()).sort();
    expect(names).toEqual(['encryption-key', 'session-secret']);
    const modes = names.map((name) => statSync(path.join(secretsIn(), name)).mode & 0o777);
    expect([...modes, statSync(secretsIn()).mode & 0o777]).toEqual([0o600, 0o600, 0o700]);
  });

  it('is not made where one is given', () => {
    load({ ENCRYPTION_KEY: 'a'.repeat(64), SESSION_SECRET: longEnough });
    expect(() => readdirSync(secretsIn())).toThrow('ENOENT');
  });

  it('is not replaced, and not believed, when its file was damaged', () => {
    mkdirSync(secretsIn(), { recursive: true });
    for (const damaged of ['', 'abc']) {
      writeFileSync(path.join(secretsIn(), 'encryption-key'), damaged);
      expect(complaintOf(load)).toBe(
        `ENCRYPTION_KEY: expected 64 hexadecimal digits in ${path.join(secretsIn(), 'encryption-key')}`,
      );
    }
  });

  it('is required with a database of one’s own, which other machines share', () => {
    const own = { DATABASE_URL: 'postgres://localhost/gatehouse' };
    expect(complaintOf(() => load(own))).toMatch(
      /^ENCRYPTION_KEY: expected 64 hexadecimal digits, required with DATABASE_URL/,
    );
    expect(complaintOf(() => load({ ...own, ENCRYPTION_KEY: 'a'.repeat(64) }))).toMatch(
      /^SESSION_SECRET: .*required with DATABASE_URL/,
    );
    expect(load({ ...own, ENCRYPTION_KEY: 'a'.repeat(64), SESSION_SECRET: longEnough })).toMatchObject({
      databaseUrl: 'postgres://localhost/gatehouse',
    });
    expect(() => readdirSync(secretsIn())).toThrow('ENOENT');
  });
});
