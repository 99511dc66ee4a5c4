import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { UserService } from '../../src/users/user.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

describe('a crowd that signs in with passwords', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ TRUST_PROXY: '127.0.0.1' });
  });
  afterAll(() => app.stop());

  it('asks the database for eight of them at a time, so that the rest of the API finds a connection', async () => {
    const users = app.nest.get(UserService, { strict: false });
    const find = users.findByEmail.bind(users);
    let [underway, most] = [0, 0];
    const watched = jest.spyOn(users, 'findByEmail').mockImplementation(async (email) => {
      most = Math.max(most, (underway += 1));
      return find(email).finally(() => (underway -= 1));
    });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        app
          .browser({ headers: { 'x-forwarded-for': `10.0.0.${index}` } })
          .postJson('/api/auth/login', { email: `nobody-${index}@example.test`, password: 'a guess' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect(watched).toHaveBeenCalledTimes(60);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
    watched.mockRestore();
  });
});
