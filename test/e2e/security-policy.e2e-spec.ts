import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { trailOfRequest } from '../support/trail.js';

const update = `mutation ($input: UpdateSecurityPolicyInput!) { updateSecurityPolicy(input: $input) {
  securityPolicy { secondFactorRequired sessionMaxAgeMinutes sessionIdleMinutes } } }`;
const read =
  'query ($id: ID!) { organization(id: $id) { securityPolicy { secondFactorRequired sessionMaxAgeMinutes } } }';

describe('an organization’s security policy', () => {
  let app: TestApp;
  let owner: Person;
  let member: Person;
  let organizationId: string;

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    owner = await createPerson(app);
    member = await createPerson(app);
    organizationId = (await createOrganization(owner)).id;
    await addMember(app, organizationId, member, 'ADMIN');
  });

  async function change(person: Person, input: object) {
    const requestId = randomUUID();
    const variables = { input: { organizationId, ...input } };
    const { data, errors } = await person.browser.graphql<{ updateSecurityPolicy: { securityPolicy: object } }>(
      update,
      variables,
      { headers: { 'x-request-id': requestId } },
    );
    const codes = errors.map(({ extensions }) => extensions.code);
    return { policy: data?.updateSecurityPolicy.securityPolicy, codes, trail: await trailOfRequest(app, requestId) };
  }

  const cameIn = (person: Person, method: string, secondFactor: string | null) =>
    app.database.query('update sessions set method = $2, second_factor = $3 where user_id = $1', [
      person.id,
      method,
      secondFactor,
    ]);

  const look = async (person: Person) => {
    const { errors } = await person.browser.graphql(read, { id: organizationId });
    return errors.map(({ extensions }) => extensions);
  };

  it('asks for nothing at first, and keeps what is left out of a change', async () => {
    const { data } = await owner.browser.graphql(read, { id: organizationId });
    expect(data).toEqual({
      organization: { securityPolicy: { secondFactorRequired: false, sessionMaxAgeMinutes: null } },
    });

    await change(owner, { sessionMaxAgeMinutes: 480 });
    const { policy, trail } = await change(owner, { sessionIdleMinutes: 15 });
    expect(policy).toEqual({ secondFactorRequired: false, sessionMaxAgeMinutes: 480, sessionIdleMinutes: 15 });
    expect(trail).toEqual([
      expect.objectContaining({
        action: 'securityPolicy.updated',
        before: { secondFactorRequired: false, sessionMaxAgeMinutes: 480, sessionIdleMinutes: null },
        after: { secondFactorRequired: false, sessionMaxAgeMinutes: 480, sessionIdleMinutes: 15 },
      }),
    ]);
    expect((await change(owner, { sessionMaxAgeMinutes: null })).policy).toMatchObject({ sessionMaxAgeMinutes: null });
  });

  it.each([4, 0, -1, 525_601])('takes no limit of %d minutes', async (minutes) => {
    expect((await change(owner, { sessionIdleMinutes: minutes })).codes).toEqual(['VALIDATION_FAILED']);
    expect((await change(owner, { sessionMaxAgeMinutes: minutes })).codes).toEqual(['VALIDATION_FAILED']);
  });

  it('that asks for a second factor is made by somebody who has come in with one', async () => {
    expect((await change(owner, { secondFactorRequired: true })).codes).toEqual(['PRECONDITION_FAILED']);
    await cameIn(owner, 'password', 'totp');
    expect((await change(owner, { secondFactorRequired: true })).policy).toMatchObject({ secondFactorRequired: true });
  });

  it.each([
    ['password', 'totp'],
    ['password', 'passkey'],
    ['password', 'recoveryCode'],
    ['passkey', null],
    ['oidc', null],
    ['oauth2', null],
  ])('that asks for a second factor admits who came in by %s and %s', async (method, secondFactor) => {
    await cameIn(owner, 'password', 'totp');
    await change(owner, { secondFactorRequired: true });
    await cameIn(member, method, secondFactor);
    expect(await look(member)).toEqual([]);
  });

  it('that asks for a second factor refuses a password alone at the next request, and says what to do', async () => {
    await cameIn(owner, 'password', 'totp');
    await change(owner, { secondFactorRequired: true });
    expect(await look(member)).toEqual([
      expect.objectContaining({ code: 'SECOND_FACTOR_REQUIRED', setUpUrl: '/account/second-factor' }),
    ]);
    const { codes, trail } = await change(member, { secondFactorRequired: false });
    expect(codes).toEqual(['SECOND_FACTOR_REQUIRED']);
    expect(trail).toEqual([
      expect.objectContaining({
        action: 'operation.refused',
        after: expect.objectContaining({ code: 'SECOND_FACTOR_REQUIRED' }),
      }),
    ]);
  });

  it('says nothing to somebody who is no member', async () => {
    await cameIn(owner, 'password', 'totp');
    await change(owner, { secondFactorRequired: true });
    const stranger = await createPerson(app);
    expect((await look(stranger)).map(({ code }) => code)).toEqual(['NOT_FOUND']);
  });
});
