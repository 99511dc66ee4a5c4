import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { jobsDone } from '../support/mailbox.js';
import { codesOf, createApiKey, createProject, dataOf } from '../support/projects.js';
import { createClient, type GraphqlAnswer, type HttpClient } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { actionsOf } from '../support/trail.js';

interface AccessRequest {
  readonly id: string;
  readonly state: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly forSeconds: number | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly note: string | null;
  readonly roleGrantId: string | null;
  readonly role: { readonly id: string; readonly name: string };
  readonly user: { readonly email: string };
}

type Answer = GraphqlAnswer<Record<string, { readonly accessRequest: AccessRequest }>>;

const fields =
  'id state userId projectId forSeconds decidedBy decidedAt note roleGrantId role { id name } user { email }';

let app: TestApp;
let mails: MailSink;
let owner: Person;
let admin: Person;
let member: Person;
let viewer: Person;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  mails = await startMailSink();
  app = await startTestApp({ SMTP_URL: mails.url });
  [owner, admin, member, viewer] = [
    await createPerson(app, 'owner@acme.test'),
    await createPerson(app, 'admin@acme.test'),
    await createPerson(app, 'member@acme.test'),
    await createPerson(app, 'viewer@acme.test'),
  ];
});
afterAll(async () => {
  await app.stop();
  await mails.stop();
});

beforeEach(async () => {
  organizationId = (await createOrganization(owner)).id;
  projectId = (await createProject(owner.browser, organizationId)).id;
  await addMember(app, organizationId, admin, 'ADMIN');
  await addMember(app, organizationId, member, 'MEMBER');
  await addMember(app, organizationId, viewer, 'VIEWER');
  await jobsDone(app);
  mails.clear();
});

function ask(client: HttpClient, name: string, input: object): Promise<Answer> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const payload = name.endsWith('Request') || name === 'requestAccess' ? `accessRequest { ${fields} }` : '__typename';
  return client.graphql(`mutation ($input: ${type}!) { ${name}(input: $input) { ${payload} } }`, { input });
}

const code = async (by: HttpClient, name: string, input: object): Promise<string> =>
  codesOf(await ask(by, name, input))[0] ?? 'ok';

async function call(by: Person, name: string, input: object): Promise<AccessRequest> {
  return dataOf(await ask(by.browser, name, input))[name]!.accessRequest;
}

async function done(by: Person, name: string, input: object): Promise<void> {
  expect(await code(by.browser, name, input)).toBe('ok');
}

const reason = 'The deployment fails';
const request = (input: object = {}, by = viewer) =>
  call(by, 'requestAccess', { projectId, roleId: 'MEMBER', reason, ...input });
const approve = (accessRequestId: string, input: object = {}, by = admin) =>
  call(by, 'approveAccessRequest', { accessRequestId, ...input });
const codeOfRequest = (input: object = {}, by: HttpClient = viewer.browser) =>
  code(by, 'requestAccess', { projectId, roleId: 'MEMBER', reason, ...input });
const codeOfApproval = (accessRequestId: string, by: Person = admin) =>
  code(by.browser, 'approveAccessRequest', { accessRequestId });

interface StoredGrant {
  readonly id: string;
  readonly project_id: string | null;
  readonly user_id: string;
  readonly built_in_role: string | null;
  readonly reason: string;
  readonly created_by: string;
  readonly seconds: number | null;
}

/** What was granted, and for how many seconds from then on. */
async function grants(): Promise<StoredGrant[]> {
  const { rows } = await app.database.query<StoredGrant>(
    `select id, project_id, user_id, built_in_role, reason, created_by,
       round(extract(epoch from expires_at - created_at))::integer as seconds from role_grants where organization_id = $1`,
    [organizationId],
  );
  return rows;
}

/** The actions that tell of requests, oldest first. */
const trail = async () =>
  (await actionsOf(app, organizationId)).filter((action) => action.startsWith('accessRequest.'));

async function createRole(permissions: readonly string[]): Promise<string> {
  const answer = await owner.browser.graphql<{ createRole: { role: { id: string } } }>(
    'mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }',
    { input: { organizationId, name: 'Deployer', permissions } },
  );
  return dataOf(answer).createRole.role.id;
}

const age = (id: string, days: number) =>
  app.database.query(`update access_requests set created_at = created_at - $2 * interval '1 day' where id = $1`, [
    id,
    days,
  ]);

async function listed(by: Person, of: 'organization' | 'project', state?: string): Promise<AccessRequest[]> {
  const query = `query ($id: ID!, $state: AccessRequestState) {
    ${of}(id: $id) { accessRequests(first: 10, state: $state) { nodes { ${fields} } } }
  }`;
  const id = of === 'project' ? projectId : organizationId;
  const answer = await by.browser.graphql<Record<string, { accessRequests: { nodes: AccessRequest[] } }>>(query, {
    id,
    state,
  });
  return dataOf(answer)[of]!.accessRequests.nodes;
}

async function own(by: Person): Promise<AccessRequest[]> {
  const query = `{ viewer { accessRequests(first: 100) { nodes { ${fields} } } } }`;
  const answer = await by.browser.graphql<{ viewer: { accessRequests: { nodes: AccessRequest[] } } }>(query);
  return dataOf(answer).viewer.accessRequests.nodes;
}

describe('a request', () => {
  it('waits to be decided; who asked has nothing by it', async () => {
    const asked = await request({ forSeconds: 3600 });
    expect(asked).toMatchObject({
      ...{ state: 'PENDING', userId: viewer.id, projectId, forSeconds: 3600, role: { id: 'MEMBER' } },
      ...{ user: { email: viewer.email }, decidedAt: null, decidedBy: null, roleGrantId: null },
    });
    expect(await grants()).toEqual([]);
    expect(await trail()).toEqual(['accessRequest.created']);
  });

  it('is told by mail to those who manage members there, and to nobody else', async () => {
    await done(owner, 'setProjectRole', { projectId, userId: member.id, role: 'ADMIN' });
    const { id } = await request({ forSeconds: 5400, reason: 'See https://evil.example\nnow' });
    await jobsDone(app);
    expect(mails.messages.map(({ to }) => to[0]).sort()).toEqual([admin.email, member.email, owner.email]);
    const { subject, text } = mails.messages[0]!;
    expect(subject).toBe('viewer asks for a role in Acme');
    expect(text).toContain(
      'viewer (viewer@acme.test) asks for the role “MEMBER” in “Acme”, in its project “Chatbot” alone, for 90 minutes.',
    );
    expect(text).toContain(`Approve or decline the request ${id}.`);
    expect(text).toContain('“See https:\u2060/\u2060/\u2060evil.\u2060example now”');
  });

  it('is not told to who asks, nor to more than twenty', async () => {
    const helpers = await Promise.all(Array.from({ length: 21 }, () => createPerson(app)));
    for (const helper of helpers) await addMember(app, organizationId, helper, 'ADMIN');
    const roleId = await createRole(['billing.manage']);
    // Members are told in the order of their ids: the one who asks is among the first, and then the last of all.
    const last = helpers.reduce((one, other) => (one.id > other.id ? one : other));
    for (const asker of [admin, last]) {
      mails.clear();
      await request({ organizationId, projectId: null, roleId }, asker);
      await jobsDone(app);
      expect(mails.messages).toHaveLength(20);
      expect(mails.messages.flatMap(({ to }) => to)).not.toContain(asker.email);
    }
  });

  it('is open once for a place and a role', async () => {
    const { id } = await request();
    expect(await codeOfRequest({ forSeconds: 60 })).toBe('CONFLICT');
    await request({ roleId: 'ADMIN' });
    await request({ projectId: null, organizationId });
    await request({ roleId: await createRole(['apiKeys.manage']) });
    await done(viewer, 'withdrawAccessRequest', { accessRequestId: id });
    await request();
  });

  it('is made once of many at the same time', async () => {
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOfRequest()));
    expect(codes.sort()).toEqual([...Array<string>(7).fill('CONFLICT'), 'ok']);
  });

  it.each([
    ['OWNER', () => ({ roleId: 'OWNER' }), 'VALIDATION_FAILED'],
    ['NONE', () => ({ roleId: 'NONE' }), 'VALIDATION_FAILED'],
    ['a role that is none', () => ({ roleId: 'no-such-role' }), 'NOT_FOUND'],
    ['less than a minute', () => ({ forSeconds: 59 }), 'VALIDATION_FAILED'],
    ['more than a year', () => ({ forSeconds: 366 * 86_400 + 1 }), 'VALIDATION_FAILED'],
    ['no reason', () => ({ reason: '' }), 'VALIDATION_FAILED'],
    ['what is held already', () => ({ roleId: 'VIEWER' }), 'CONFLICT'],
    ['no place', () => ({ projectId: null }), 'VALIDATION_FAILED'],
  ])('for %s is refused', async (_, input, expected) => {
    expect(await codeOfRequest(input())).toBe(expected);
    expect(await listed(owner, 'organization')).toEqual([]);
  });

  it('for the organization is for what is lacking in it or in its projects', async () => {
    const roleId = await createRole(['prompts.manage']);
    const everywhere = { projectId: null, organizationId, roleId };
    expect(await codeOfRequest(everywhere, member.browser)).toBe('CONFLICT');
    await request(everywhere, viewer);
  });

  it('may ask for longer what is held until a date, and not for less', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    await done(owner, 'grantRole', { projectId, userId: viewer.id, roleId: 'MEMBER', expiresAt: inAnHour });
    expect(await codeOfRequest({ forSeconds: 1800 })).toBe('CONFLICT');
    const { id } = await request({ forSeconds: 7200 });
    expect(await code(admin.browser, 'approveAccessRequest', { accessRequestId: id, forSeconds: 600 })).toBe(
      'CONFLICT',
    );
    await approve(id);
    expect((await grants()).map(({ seconds }) => seconds)).toEqual([7200]);
  });

  it('is not for a key, nor for who is no member, nor in a project that is hidden', async () => {
    const { secretKey } = await createApiKey(owner.browser, { projectId, permissions: ['project.read'] });
    expect(await codeOfRequest({}, createClient(app.url, { bearer: secretKey }))).toBe('FORBIDDEN');
    expect(await codeOfRequest({}, app.admin())).toBe('FORBIDDEN');
    expect(await codeOfRequest({}, (await createPerson(app)).browser)).toBe('NOT_FOUND');
    await done(owner, 'setProjectRole', { projectId, userId: viewer.id, role: 'NONE' });
    expect(await codeOfRequest()).toBe('NOT_FOUND');
  });

  it('is for members alone: not for who administers the instance from outside', async () => {
    const operator = await createPerson(app);
    await app.database.query('update users set instance_administrator = true where id = $1', [operator.id]);
    expect(await codeOfRequest({}, operator.browser)).toBe('NOT_FOUND');
  });

  it('does not become a flood of mails', async () => {
    for (let count = 0; count < 19; count += 1) {
      const { id } = await request();
      await done(viewer, 'withdrawAccessRequest', { accessRequestId: id });
    }
    const places = [{}, { roleId: 'ADMIN' }, { projectId: null, organizationId }];
    const codes = await Promise.all(places.map((place) => codeOfRequest(place)));
    expect(codes.sort()).toEqual(['RATE_LIMITED', 'RATE_LIMITED', 'ok']);
    await request({ roleId: 'ADMIN' }, member);
    await app.database.query(`update access_requests set created_at = created_at - interval '1 day'`);
    await request({ roleId: await createRole(['apiKeys.manage']) });
  });
});

describe('an approval', () => {
  it('grants what was asked for, for as long as was asked, in the same commit', async () => {
    const { id } = await request({ forSeconds: 3600 });
    await jobsDone(app);
    mails.clear();
    const approved = await approve(id, { note: 'Until it works' });

    const [grant, ...others] = await grants();
    expect(others).toEqual([]);
    expect(grant).toMatchObject({ project_id: projectId, user_id: viewer.id, built_in_role: 'MEMBER', seconds: 3600 });
    expect(grant).toMatchObject({ reason, created_by: admin.id });
    expect(approved).toMatchObject({ state: 'APPROVED', decidedBy: admin.id, roleGrantId: grant!.id });
    expect(approved).toMatchObject({ note: 'Until it works', decidedAt: expect.any(String) });
    expect((await actionsOf(app, organizationId)).slice(-2)).toEqual(['roleGrant.created', 'accessRequest.approved']);

    await jobsDone(app);
    expect(mails.messages.map(({ to, subject }) => [to, subject])).toEqual([
      [[viewer.email], 'Your request in Acme is approved'],
    ]);
    expect(mails.messages[0]!.text).toContain('The note: “Until it works”');
    expect(mails.messages[0]!.text).toMatch(/It ends by itself on .* UTC\./);
  });

  it('lets the approver say for how long', async () => {
    await approve((await request({ forSeconds: 3600 })).id, { forSeconds: 600 });
    expect((await grants()).map(({ seconds }) => seconds)).toEqual([600]);
  });

  it('is for good where nobody says for how long', async () => {
    const roleId = await createRole(['apiKeys.manage', 'members.read']);
    await approve((await request({ projectId: null, organizationId, roleId })).id);
    expect(await grants()).toMatchObject([{ project_id: null, built_in_role: null, seconds: null }]);
    await jobsDone(app);
    expect(mails.messages.at(-1)!.text).toContain(
      'You have the role “Deployer” in “Acme”, with all its projects now.\n\nIt stays until somebody takes it back.',
    );
  });

  it('is one grant when two approve at once', async () => {
    const { id } = await request({ forSeconds: 3600 });
    const codes = await Promise.all([codeOfApproval(id), codeOfApproval(id, owner), codeOfApproval(id)]);
    expect(codes.sort()).toEqual(['CONFLICT', 'CONFLICT', 'ok']);
    expect(await grants()).toHaveLength(1);
    expect(await trail()).toEqual(['accessRequest.created', 'accessRequest.approved']);
  });

  it('or a decision against it, but not both', async () => {
    const { id } = await request();
    const input = { accessRequestId: id };
    const codes = await Promise.all([
      codeOfApproval(id),
      code(owner.browser, 'declineAccessRequest', input),
      code(viewer.browser, 'withdrawAccessRequest', input),
    ]);
    expect(codes.sort()).toEqual(['CONFLICT', 'CONFLICT', 'ok']);
    const [asked] = await own(viewer);
    expect(await grants()).toHaveLength(asked!.state === 'APPROVED' ? 1 : 0);
    expect(await trail()).toHaveLength(2);
  });

  it('does nothing where the role is held meanwhile, or the project has been hidden', async () => {
    const { id } = await request();
    await done(owner, 'setProjectRole', { projectId, userId: viewer.id, role: 'NONE' });
    expect(await codeOfApproval(id)).toBe('PRECONDITION_FAILED');
    await done(owner, 'setProjectRole', { projectId, userId: viewer.id, role: 'MEMBER' });
    expect(await codeOfApproval(id)).toBe('CONFLICT');
    expect(await grants()).toEqual([]);
    expect((await own(viewer))[0]!.state).toBe('PENDING');
  });

  it('tells of the grant while it is there', async () => {
    const { id } = await request();
    const { roleGrantId } = await approve(id);
    await done(owner, 'revokeRoleGrant', { roleGrantId });
    expect(await listed(owner, 'project')).toMatchObject([{ id, state: 'APPROVED', roleGrantId: null }]);
  });
});

describe('a request is not decided', () => {
  it('by who asked, whatever they hold', async () => {
    const roleId = await createRole(['billing.manage']);
    const { id } = await request({ projectId: null, organizationId, roleId }, admin);
    expect(await codeOfApproval(id)).toBe('CANNOT_GRANT');
    await done(owner, 'updateMemberRole', { organizationId, userId: admin.id, role: 'MEMBER' });
    expect(await codeOfApproval(id)).toBe('FORBIDDEN');
    expect(await grants()).toEqual([]);
  });

  it('by who asked and holds it since', async () => {
    const roleId = await createRole(['apiKeys.manage']);
    const { id } = await request({ roleId, forSeconds: 3600 }, member);
    await done(owner, 'updateMemberRole', { organizationId, userId: member.id, role: 'ADMIN' });
    expect(await codeOfApproval(id, member)).toBe('CANNOT_GRANT');
  });

  it('by who does not hold what it gives', async () => {
    const roleId = await createRole(['billing.manage']);
    const { id } = await request({ projectId: null, organizationId, roleId });
    expect(await codeOfApproval(id)).toBe('CANNOT_GRANT');
    await done(owner, 'setProjectRole', { projectId, userId: member.id, role: 'ADMIN' });
    expect(await codeOfApproval((await request({ projectId: null, organizationId })).id, member)).toBe('FORBIDDEN');
    expect(await grants()).toEqual([]);
    await approve(id, {}, owner);
  });

  it('by who holds it until a date', async () => {
    const { id } = await request({ forSeconds: 60 });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await done(owner, 'grantRole', { organizationId, userId: member.id, roleId: 'ADMIN', expiresAt });
    expect(await codeOfApproval((await request({ roleId: 'ADMIN', forSeconds: 60 })).id, member)).toBe('CANNOT_GRANT');
    // What the member holds for good they hand on.
    await approve(id, {}, member);
  });

  it('by a member who manages none, by a stranger, or by the owner of another organization', async () => {
    const { id } = await request();
    const stranger = await createPerson(app);
    await createOrganization(stranger, 'Other');
    for (const name of ['approveAccessRequest', 'declineAccessRequest']) {
      expect(await code(member.browser, name, { accessRequestId: id })).toBe('FORBIDDEN');
      expect(await code(stranger.browser, name, { accessRequestId: id })).toBe('NOT_FOUND');
    }
    for (const other of [owner, admin, stranger]) {
      expect(await code(other.browser, 'withdrawAccessRequest', { accessRequestId: id })).toBe('NOT_FOUND');
    }
    expect((await own(viewer))[0]!.state).toBe('PENDING');
  });

  it('twice', async () => {
    const { id } = await request();
    await approve(id);
    for (const [by, name] of [
      [admin, 'approveAccessRequest'],
      [admin, 'declineAccessRequest'],
      [viewer, 'withdrawAccessRequest'],
    ] as const) {
      expect(await code(by.browser, name, { accessRequestId: id })).toBe('CONFLICT');
    }
  });
});

describe('a request that comes to nothing', () => {
  it('is declined, with a word to who asked', async () => {
    const { id } = await request();
    const declined = await call(admin, 'declineAccessRequest', { accessRequestId: id, note: 'Ask on Monday' });
    expect(declined).toMatchObject({ state: 'DECLINED', decidedBy: admin.id, note: 'Ask on Monday' });
    expect(await trail()).toEqual(['accessRequest.created', 'accessRequest.declined']);
    const mail = await mails.next(({ subject }) => subject === 'Your request in Acme is declined');
    expect(mail.to).toEqual([viewer.email]);
    expect(mail.text).toContain('The note: “Ask on Monday”');
    expect(await grants()).toEqual([]);
  });

  it('is withdrawn by who asked', async () => {
    const { id } = await request();
    expect(await call(viewer, 'withdrawAccessRequest', { accessRequestId: id })).toMatchObject({
      state: 'WITHDRAWN',
      decidedBy: viewer.id,
    });
    expect(await trail()).toEqual(['accessRequest.created', 'accessRequest.withdrawn']);
  });

  it('expires after thirty days, and is asked anew', async () => {
    const { id } = await request();
    await age(id, 29);
    expect(await listed(owner, 'project', 'PENDING')).toHaveLength(1);
    await age(id, 1);
    expect(await listed(owner, 'project', 'PENDING')).toEqual([]);
    expect(await listed(owner, 'project', 'EXPIRED')).toMatchObject([{ id, state: 'EXPIRED' }]);
    expect(await codeOfApproval(id)).toBe('CONFLICT');
    const { id: anew } = await request();
    expect((await own(viewer)).slice(0, 2)).toMatchObject([
      { id: anew, state: 'PENDING' },
      { id, state: 'EXPIRED' },
    ]);
    expect(await listed(owner, 'project', 'EXPIRED')).toMatchObject([{ id }]);
  });

  it('goes with the membership, and with the role', async () => {
    const roleId = await createRole(['apiKeys.manage']);
    await request({ roleId });
    await done(owner, 'deleteRole', { roleId });
    expect(await listed(owner, 'organization')).toEqual([]);
    const { id } = await request();
    await done(owner, 'removeMember', { organizationId, userId: viewer.id });
    expect(await listed(owner, 'organization')).toEqual([]);
    expect(await codeOfApproval(id)).toBe('NOT_FOUND');
  });
});

describe('the lists', () => {
  it('are the organization’s with its projects’, a project’s, and one’s own', async () => {
    const everywhere = await request({ projectId: null, organizationId, roleId: 'ADMIN' }, member);
    const here = await request();
    const ids = (all: readonly AccessRequest[]) => all.map(({ id }) => id);
    expect(ids(await listed(admin, 'organization'))).toEqual([here.id, everywhere.id]);
    expect(ids(await listed(admin, 'project'))).toEqual([here.id]);
    expect(ids(await own(viewer))[0]).toBe(here.id);
    expect(ids(await own(viewer))).not.toContain(everywhere.id);
    await approve(here.id);
    expect(ids(await listed(admin, 'organization', 'PENDING'))).toEqual([everywhere.id]);
    expect(ids(await listed(admin, 'organization', 'APPROVED'))).toEqual([here.id]);
  });
});
