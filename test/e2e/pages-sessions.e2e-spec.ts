import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { looks, visit, type Visit } from '../support/hosted-pages.js';
import type { HttpClient } from '../support/servers/http-client.js';
import { whoIs } from '../support/sso.js';

const password = 'correct horse battery';

describe('the page of one’s sessions', () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp({ TRUST_PROXY: '127.0.0.1' }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  async function elsewhere(email: string, forwardedFor: string): Promise<HttpClient> {
    const client = app.browser();
    const headers = { 'x-forwarded-for': forwardedFor, 'user-agent': 'curl/8.5.0' };
    await client.postJson('/api/auth/login', { email, password }, { headers });
    return client;
  }

  describe.each(looks)('$name', (look) => {
    const email = `ada-${look.slug}@example.test`;
    let person: Visit;
    beforeAll(async () => {
      await app.browser().postJson('/api/auth/signup', { email, name: 'Ada', password });
      person = await visit(browser, app.url, look);
    });
    afterAll(() => person.end());
    const text = async () => (await person.page.locator('main').innerText()).replaceAll(/\s+/g, ' ');

    it('asks for a sign-in first, shows each session, and ends one, all others, and all', async () => {
      await person.page.goto(`${app.url}/account/sessions`);
      await person.submit({ email });
      await person.submit({ password });
      expect(person.path()).toBe('/account/sessions');
      const curl = await elsewhere(email, '192.0.2.7');
      await person.page.reload();
      expect(await text()).toContain('curl Password From 192.0.2.7, in the network 192.0.2.0/24');
      expect(await person.page.locator('li', { hasText: 'This one' }).innerText()).toContain(
        'Headless Chrome on Linux',
      );
      expect(await person.faults()).toEqual([]);

      const end = person.page.locator('li', { hasText: 'curl' }).getByRole('button');
      await Promise.all([person.page.waitForEvent('load'), end.click()]);
      expect(await text()).toContain('Ended.');
      expect([await whoIs(curl), await text()]).toEqual([null, expect.not.stringContaining('curl')]);
      expect(await person.faults()).toEqual([]);

      const others = [await elsewhere(email, '192.0.2.8'), await elsewhere(email, '192.0.2.9')];
      await person.go('End all others');
      expect([await whoIs(others[0]!), await whoIs(others[1]!), person.path()]).toEqual([
        null,
        null,
        '/account/sessions',
      ]);

      await person.go('End all, this one too');
      expect([person.path(), await text()]).toEqual(['/sign-in', expect.stringContaining('You are signed out.')]);
      expect(await person.page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: 'gatehouse' }));
    });

    it('leads on to older ones', async () => {
      const client = await elsewhere(email, '192.0.2.1');
      for (let count = 0; count < 7; count += 1) await elsewhere(email, '192.0.2.2');
      const first = await client.get('/account/sessions');
      expect(first.text.match(/<li>/g)).toHaveLength(6);
      const older = /href="(\/account\/sessions\?after=[\w-]+)"/.exec(first.text)?.[1] ?? '';
      const second = await client.get(older);
      expect(second.text).toContain('This one');
      expect(second.text).not.toContain('Older sessions');
    });
  });

  it('ends nothing of anybody else, and says so', async () => {
    const [ada, bob] = [app.browser(), app.browser()];
    await ada.postJson('/api/auth/signup', { email: 'ada@example.test', name: 'Ada', password });
    await bob.postJson('/api/auth/signup', { email: 'bob@example.test', name: 'Bob', password });
    const { session } = (await ada.get('/api/auth/session')).json<{ session: { id: string } }>();
    const refused = await bob.postForm('/account/sessions/revoke', { sessionId: session.id });
    expect([refused.status, await whoIs(ada)]).toEqual([404, 'ada@example.test']);
    expect(refused.text).toContain('There is no such thing, or you may not see it.');
    for (const path of ['revoke', 'revoke-others', 'revoke-all']) {
      expect((await app.browser().postForm(`/account/sessions/${path}`, {})).location).toBe(
        `${app.url}/sign-in?returnTo=%2Faccount%2Fsessions`,
      );
    }
  });
});
