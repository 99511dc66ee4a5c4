import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  secondsFromNow,
  startHostileProvider,
  type Fault,
  type HostileProvider,
  type Misbehaviour,
} from '../support/servers/hostile-openid-provider.js';
import {
  attemptSignIn,
  beginSignIn,
  comeBack,
  createTenant,
  expectRefused,
  whoIs,
  type Tenant,
} from '../support/sso.js';

const clientId = 'gatehouse';
const clientSecret = 'a-client-secret-of-acme';

describe('the OpenID Connect relying party', () => {
  let app: TestApp;
  let provider: HostileProvider;
  let acme: Tenant;
  let key: string;

  beforeAll(async () => {
    provider = await startHostileProvider({ clientId, clientSecret });
    app = await startTestApp({ OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' });
    acme = await createTenant(app, 'acme.test', { issuer: provider.issuer, clientId, clientSecret });
    key = acme.connection.key;
  });
  // Nobody is known whom an earlier case has let in.
  beforeEach(() => app.database.query(`delete from users where email like '%@acme.test'`));
  afterEach(() => provider.reset());
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  /** For what a relying party remembers of a provider, such as keys that were not there. */
  const atNewProvider = async (work: (own: HostileProvider, ownKey: string) => Promise<void>) => {
    const own = await startHostileProvider({ clientId, clientSecret });
    const tenant = await createTenant(app, `${randomUUID()}.test`, { issuer: own.issuer, clientId, clientSecret });
    const { name } = tenant.connection.domain;
    own.signInAs({ email: `alice@${name}` });
    await work(own, tenant.connection.key).finally(() => own.stop());
  };

  const signIn = (misbehaviour: Misbehaviour = {}) => {
    provider.misbehave(misbehaviour);
    return attemptSignIn(app, provider, key);
  };

  it('signs in while the provider behaves', async () => {
    const { browser, answer, trail } = await signIn();
    expect(answer.location).toBe(`${app.url}/`);
    expect(trail.map(({ action }) => action)).toEqual(['user.created', 'identity.linked', 'signIn.succeeded']);
    expect(await whoIs(browser)).toBe('alice@acme.test');
  });

  it('1. never has a token in an address, neither asked for nor accepted', async () => {
    const { answer } = await signIn();
    const queries = provider.requests.map(({ query }) => query.toString());
    expect([...queries, answer.location].join(' ')).not.toMatch(/token|eyJ/);
    expect(provider.requestsTo('/authorize')[0]?.query.get('response_type')).toBe('code');

    const browser = app.browser();
    const back = new URL(await provider.authorize(await beginSignIn(browser, key)));
    back.searchParams.set('id_token', 'eyJhbGciOiJub25lIn0.e30.');
    const refused = await comeBack(app, browser, back.href);
    expect(refused.trail[0]?.after).toMatchObject({ reason: 'CALLBACK_MALFORMED' });
  });

  type Case = [name: string, misbehaviour: Misbehaviour, reason: string, detail: RegExp];

  const idToken: Case[] = [
    ['2. whose iss is another', { idToken: { claims: { iss: 'https://evil.test' } } }, 'ID_TOKEN_INVALID', /"iss"/],
    ['2. whose iss lacks a slash', { idToken: { claims: { iss: 'http://127.0.0.1' } } }, 'ID_TOKEN_INVALID', /"iss"/],
    ['3. without sub', { idToken: { without: ['sub'] } }, 'ID_TOKEN_INVALID', /"sub"/],
    ['3. with an empty sub', { idToken: { claims: { sub: '' } } }, 'ID_TOKEN_INVALID', /^sub$/],
    ['3. with a number for a sub', { idToken: { claims: { sub: 7 } } }, 'ID_TOKEN_INVALID', /"sub"/],
    ['3. with a list for a sub', { idToken: { claims: { sub: ['alice'] } } }, 'ID_TOKEN_INVALID', /"sub"/],
    ['3. with a sub of 256 characters', { idToken: { claims: { sub: 'x'.repeat(256) } } }, 'ID_TOKEN_INVALID', /^sub$/],
    ['3. with NUL in its sub', { idToken: { claims: { sub: 'a\0b' } } }, 'ID_TOKEN_INVALID', /^sub$/],
    ['3. with half a character in its sub', { idToken: { claims: { sub: 'a\ud800' } } }, 'ID_TOKEN_INVALID', /^sub$/],
    ['4. meant for another', { idToken: { claims: { aud: 'somebody' } } }, 'ID_TOKEN_INVALID', /"aud"/],
    ['4. without aud', { idToken: { without: ['aud'] } }, 'ID_TOKEN_INVALID', /"aud"/],
    ['4. with an empty list of audiences', { idToken: { claims: { aud: [] } } }, 'ID_TOKEN_INVALID', /"aud"/],
    [
      '4. for several, by the hand of another',
      { idToken: { claims: { aud: [clientId, 'x'], azp: 'x' } } },
      'ID_TOKEN_INVALID',
      /"azp"/,
    ],
    [
      '4. for several, by nobody’s hand',
      { idToken: { claims: { aud: [clientId, 'x'] } } },
      'ID_TOKEN_INVALID',
      /"aud"/,
    ],
    ['4. for us alone, by the hand of another', { idToken: { claims: { azp: 'x' } } }, 'ID_TOKEN_INVALID', /^azp$/],
    ['5. without iat', { idToken: { without: ['iat'] } }, 'ID_TOKEN_INVALID', /"iat"/],
    ['5. issued tomorrow', { idToken: { claims: { iat: secondsFromNow(86_400) } } }, 'ID_TOKEN_INVALID', /^iat$/],
    ['5. without exp', { idToken: { without: ['exp'] } }, 'ID_TOKEN_INVALID', /"exp"/],
    ['6. with a kid that is a number', { idToken: { header: { kid: 7 } } }, 'ID_TOKEN_INVALID', /kid/],
    ['7. with alg none', { idToken: { signature: 'empty' } }, 'ID_TOKEN_INVALID', /alg/],
    ['7. with alg None', { idToken: { signature: 'empty', header: { alg: 'None' } } }, 'ID_TOKEN_INVALID', /alg/],
    ['7. with alg nOnE', { idToken: { signature: 'empty', header: { alg: 'nOnE' } } }, 'ID_TOKEN_INVALID', /alg/],
    [
      '7. with alg none, which the provider says it uses',
      {
        idToken: { signature: 'empty' },
        discovery: { members: { id_token_signing_alg_values_supported: ['RS256', 'none'] } },
      },
      'ID_TOKEN_INVALID',
      /alg/,
    ],
    ['7. with no alg', { idToken: { withoutHeader: ['alg'] } }, 'ID_TOKEN_INVALID', /alg/],
    ['8. with a bad RS256 signature', { idToken: { signature: 'corrupted' } }, 'ID_TOKEN_SIGNATURE', /signature/],
    [
      '8. with a bad ES256 signature',
      { idToken: { algorithm: 'ES256', signature: 'corrupted' } },
      'ID_TOKEN_SIGNATURE',
      /signature/,
    ],
    [
      '8. signed with RS256 by another',
      { idToken: { signature: 'unpublished key' } },
      'ID_TOKEN_SIGNATURE',
      /signature/,
    ],
    [
      '8. signed with ES256 by another',
      { idToken: { algorithm: 'ES256', signature: 'unpublished key' } },
      'ID_TOKEN_SIGNATURE',
      /signature/,
    ],
    ['8. with HS256 and a wrong secret', { idToken: { signature: 'wrong secret' } }, 'ID_TOKEN_INVALID', /alg/],
    ['8. with HS256 and our client secret', { idToken: { signature: 'client secret' } }, 'ID_TOKEN_INVALID', /alg/],
    [
      '9. with HS256 keyed by the public key',
      { idToken: { signature: 'public key as secret' } },
      'ID_TOKEN_INVALID',
      /alg/,
    ],
    [
      '9. with HS256 keyed by the public key, which the provider says it uses',
      {
        idToken: { signature: 'public key as secret' },
        discovery: { members: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] } },
      },
      'ID_TOKEN_INVALID',
      /alg/,
    ],
    ['10. with crit', { idToken: { header: { crit: ['b64'], b64: true } } }, 'ID_TOKEN_INVALID', /^header crit$/],
    ['11. with another nonce', { idToken: { claims: { nonce: 'another' } } }, 'ID_TOKEN_INVALID', /nonce/],
    ['11. without nonce', { idToken: { without: ['nonce'] } }, 'ID_TOKEN_INVALID', /nonce/],
    [
      '15. with a wrong at_hash',
      { idToken: { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } } },
      'ID_TOKEN_INVALID',
      /^at_hash$/,
    ],
    ['15. with an at_hash that is no text', { idToken: { claims: { at_hash: 1 } } }, 'ID_TOKEN_INVALID', /^at_hash$/],
  ];
  it.each(idToken)('refuses an ID token %s', async (_name, misbehaviour, reason, detail) => {
    await expectRefused(await signIn(misbehaviour), { reason, detail: expect.stringMatching(detail) });
  });

  const noKey: [name: string, misbehaviour: Misbehaviour][] = [
    ['without kid, where several keys fit', { jwks: { decoys: 2 }, idToken: { withoutHeader: ['kid'] } }],
    ['with a kid that is not published', { idToken: { header: { kid: 'unknown' } } }],
    ['whose key is not published', { jwks: { decoys: 1, publish: 'decoys only' } }],
    ['where nothing is published', { jwks: { publish: 'nothing' } }],
    ['with a kid, where the keys have none', { jwks: { withoutMembers: ['kid'] } }],
  ];
  it.each(noKey)('6. refuses an ID token %s', async (_name, misbehaviour) => {
    await atNewProvider(async (own, ownKey) => {
      own.misbehave(misbehaviour);
      const detail = expect.stringMatching('selecting a JWT verification key');
      await expectRefused(await attemptSignIn(app, own, ownKey), { reason: 'ID_TOKEN_SIGNATURE', detail });
    });
  });

  it.each(['jku', 'x5u'] as const)('10. refuses a header with %s, and asks nobody for that key', async (member) => {
    const attempt = await signIn({
      idToken: { signature: 'unpublished key', header: { [member]: provider.attackerJwksUrl } },
    });
    await expectRefused(attempt, { reason: 'ID_TOKEN_INVALID', detail: `header ${member}` });
    expect(provider.requestsTo('/attacker/jwks')).toEqual([]);
    expect(provider.requestsTo('/jwks')).toEqual([]);
  });

  it('10. refuses a header that brings its own key (CVE-2018-0114)', async () => {
    const attempt = await signIn({ idToken: { signature: 'unpublished key', header: { jwk: provider.attackerJwk } } });
    await expectRefused(attempt, { reason: 'ID_TOKEN_INVALID', detail: 'header jwk' });
  });

  it('11. refuses the nonce of an earlier sign-in', async () => {
    await signIn();
    const [first] = provider.requestsTo('/authorize');
    const nonce = first?.query.get('nonce') ?? '';
    expect(nonce).toHaveLength(43);
    await app.database.query(`delete from users where email like '%@acme.test'`);
    await expectRefused(await signIn({ idToken: { claims: { nonce } } }), {
      reason: 'ID_TOKEN_INVALID',
      detail: expect.stringMatching('nonce'),
    });
  });

  const good: [name: string, misbehaviour: Misbehaviour][] = [
    [
      '6. without kid, where there is one key',
      { jwks: { withoutMembers: ['kid'] }, idToken: { withoutHeader: ['kid'] } },
    ],
    ['6. with the right key among several', { jwks: { decoys: 3 } }],
    ['8. with ES256', { idToken: { algorithm: 'ES256' } }],
    ['4. for several, by our hand', { idToken: { claims: { aud: [clientId, 'x'], azp: clientId } } }],
    ['3. with a sub of 255 characters', { idToken: { claims: { sub: 'x'.repeat(255) } } }],
    ['15. without at_hash', { idToken: { without: ['at_hash'] } }],
  ];
  it.each(good)('accepts an ID token %s', async (_name, misbehaviour) => {
    const { browser } = await signIn(misbehaviour);
    expect(await whoIs(browser)).toBe('alice@acme.test');
  });

  describe('5. takes clocks to be a minute apart, and no more', () => {
    const ahead = ['nbf', 'iat'] as const;

    it.each([['exp', -45] as const, ...ahead.map((claim) => [claim, 45] as const)])(
      '%s by %i seconds',
      async (claim, seconds) => {
        const { browser } = await signIn({ idToken: { claims: { [claim]: secondsFromNow(seconds) } } });
        expect(await whoIs(browser)).toBe('alice@acme.test');
      },
    );

    it.each([['exp', -75] as const, ...ahead.map((claim) => [claim, 75] as const)])(
      '%s by %i seconds',
      async (claim, seconds) => {
        const attempt = await signIn({ idToken: { claims: { [claim]: secondsFromNow(seconds) } } });
        await expectRefused(attempt, { reason: 'ID_TOKEN_INVALID', detail: expect.stringMatching(claim) });
      },
    );
  });

  describe('12. userinfo', () => {
    const withoutEmail = { idToken: { without: ['email', 'email_verified'] } } as const;

    it('is asked where the ID token names no email', async () => {
      const { browser } = await signIn({ ...withoutEmail, userinfo: { claims: { email: 'alicia@acme.test' } } });
      expect(await whoIs(browser)).toBe('alicia@acme.test');
    });

    it('is not asked where the ID token names one', async () => {
      await signIn();
      expect(provider.requestsTo('/userinfo')).toEqual([]);
    });

    it('about somebody else is refused (OpenID Connect Core 5.3.4)', async () => {
      const attempt = await signIn({ ...withoutEmail, userinfo: { claims: { sub: 'mallory' } } });
      await expectRefused(attempt, { reason: 'USERINFO_INVALID', detail: expect.stringMatching(/sub/) });
    });

    it('about nobody is refused', async () => {
      const attempt = await signIn({ ...withoutEmail, userinfo: { without: ['sub'] } });
      await expectRefused(attempt, { reason: 'USERINFO_INVALID', detail: expect.stringMatching(/sub/) });
    });
  });

  const otherNames = () => {
    const { issuer } = provider;
    return [`${issuer}/`, issuer.replace('http:', 'HTTP:'), issuer.replace('http:', 'https:'), 'https://evil.test'];
  };
  it.each([0, 1, 2, 3])(
    '13. refuses a provider that calls itself by another name: slash, case, scheme, host (%i)',
    async (index) => {
      const found = otherNames()[index] ?? '';
      const attempt = await signIn({ discovery: { members: { issuer: found } } });
      await expectRefused(attempt, {
        reason: 'ISSUER_MISMATCH',
        detail: `The identity provider calls itself "${found}", and the issuer that was given is "${provider.issuer}". They must be the same to the letter.`,
      });
      expect(provider.requestsTo('/authorize')).toEqual([]);
    },
  );

  it('14. signs in right after the provider has changed its keys, as often as it likes', async () => {
    for (let round = 0; round < 3; round += 1) {
      await provider.rotateKeys();
      const { browser } = await signIn();
      expect(await whoIs(browser)).toBe('alice@acme.test');
    }
  });

  it('14. asks once, however many tokens name a key that is not there', async () => {
    await atNewProvider(async (own, ownKey) => {
      await attemptSignIn(app, own, ownKey);
      const before = own.requestsTo('/jwks').length;
      own.misbehave({ idToken: { header: { kid: 'flood' }, signature: 'unpublished key' } });
      const flood = await Promise.all(Array.from({ length: 8 }, () => attemptSignIn(app, own, ownKey)));
      for (const attempt of [...flood, await attemptSignIn(app, own, ownKey)]) {
        await expectRefused(attempt, { reason: 'ID_TOKEN_SIGNATURE' });
      }
      expect(own.requestsTo('/jwks').length - before).toBe(1);
      own.misbehave({ idToken: {} });
      await own.rotateKeys();
      expect(await whoIs((await attemptSignIn(app, own, ownKey)).browser)).not.toBeNull();
    });
  });

  describe('16. a provider whose answer is none', () => {
    const quick: Fault[] = [
      'not JSON',
      'broken JSON',
      'server error',
      'connection reset',
      'ten megabytes',
      'gzip bomb',
    ];
    const slow: Fault[] = ['endless', 'stalled', 'silent'];
    const places = ['discovery', 'token', 'jwks', 'userinfo'] as const;
    type Place = (typeof places)[number];

    const faulty = (place: Place, fault: Fault): Misbehaviour => ({
      ...(place === 'userinfo' ? { idToken: { without: ['email'] } } : {}),
      [place]: { fault },
    });
    const expected = { reason: 'ISSUER_UNREACHABLE', code: 'ISSUER_UNREACHABLE' };

    describe.each(places)('at %s', (place) => {
      it.each(quick)('is refused when it is %s', async (fault) => {
        await expectRefused(await signIn(faulty(place, fault)), expected);
      });
    });

    it('is refused within five seconds when it never ends, stalls, or stays away', async () => {
      const kinds = places.flatMap((place) => slow.map((fault) => ({ place, fault })));
      const prepared = await Promise.all(
        kinds.map(async ({ place, fault }, index) => {
          const own = await startHostileProvider({ clientId, clientSecret });
          const tenant = await createTenant(app, `slow${index}.test`, { issuer: own.issuer, clientId, clientSecret });
          own.misbehave(faulty(place, fault));
          return { own, ownKey: tenant.connection.key };
        }),
      );
      await Promise.all(
        prepared.map(async ({ own, ownKey }) => {
          const started = performance.now();
          const attempt = await attemptSignIn(app, own, ownKey);
          expect(performance.now() - started).toBeLessThan(5_000);
          await expectRefused(attempt, expected);
          await own.stop();
        }),
      );
    });
  });

  it('tells the provider’s own refusal from a failure, without believing its words', async () => {
    await expectRefused(await signIn({ authorization: { error: 'access_denied' } }), {
      reason: 'PROVIDER_DENIED',
      detail: 'access_denied',
      code: 'PROVIDER_DENIED',
    });
    await expectRefused(await signIn({ authorization: { error: '<b>\r\nforged line' } }), {
      reason: 'PROVIDER_DENIED',
      detail: 'an error code that is none',
      code: 'PROVIDER_DENIED',
    });
  });

  it('tells a refused code and a refused client', async () => {
    await expectRefused(await signIn({ token: { error: 'invalid_grant' } }), {
      reason: 'CODE_REFUSED',
      detail: 'invalid_grant',
    });
  });

  it('refuses an answer without an ID token', async () => {
    await expectRefused(await signIn({ token: { without: ['id_token'] } }), { reason: 'ID_TOKEN_INVALID' });
  });
});
