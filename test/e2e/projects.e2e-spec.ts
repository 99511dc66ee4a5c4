import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BuiltInRole } from '../../src/policy/permissions.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { addMember, createOrganization, createPerson, type Person } from '../support/factories.js';
import { acceptInvitation, inviteMember, tokenIn } from '../support/invitations.js';
import { codesOf, createProject, dataOf } from '../support/projects.js';
import type { GraphqlAnswer } from '../support/servers/http-client.js';
import { startMailSink, type MailSink } from '../support/servers/mail-sink.js';
import { trailOfRequest } from '../support/trail.js';

const read = `query ($id: ID!) { project(id: $id) { id name slug organization { id name } } }`;
const setRole = `mutation ($input: SetProjectRoleInput!) { setProjectRole(input: $input) { member { role source user { id } } } }`;
const clearRole = `mutation ($input: ClearProjectRoleInput!) { clearProjectRole(input: $input) { member { role source } } }`;

let app: TestApp;
let mails: MailSink;
let owner: Person;
let admin: Person;
let member: Person;
let stranger: Person;
let organizationId: string;

beforeAll(async () => {
  mails = await startMailSink();
  app = await startTestApp({ SMTP_URL: mails.url });
  owner = await createPerson(app, 'owner@acme.test');
  organizationId = (await createOrganization(owner)).id;
  [admin, member, stranger] = [await createMember('ADMIN'), await createMember('MEMBER'), await createPerson(app)];
});
afterAll(async () => {
  await app.stop();
  await mails.stop();
});

async function createMember(role: BuiltInRole): Promise<Person> {
  const person = await createPerson(app);
  await addMember(app, organizationId, person, role);
  return person;
}

async function trailOf(resourceId: string): Promise<unknown[]> {
  const { rows } = await app.database.query<Record<string, unknown>>(
    `select action, outcome, actor_id as actor, project_id as project, before, after from audit_events
     where chain_id = $1 and resource_id = $2 order by sequence`,
    [organizationId, resourceId],
  );
  return rows;
}

const toldBy = ({ errors }: GraphqlAnswer<unknown>): unknown[] =>
  errors.map(({ message, extensions }) => ({ message, code: extensions.code }));

describe('a project', () => {
  it('is made, renamed and deleted by an administrator of projects, and the trail tells of each', async () => {
    const project = await createProject(admin.browser, organizationId, 'Chat Bot');
    expect(project.slug).toMatch(/^chat-bot-[a-z0-9]{6}$/);

    const update = `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { name slug } } }`;
    const input = { projectId: project.id, name: 'Assistant', slug: 'assistant' };
    expect(dataOf(await admin.browser.graphql(update, { input }))).toEqual({
      updateProject: { project: { name: 'Assistant', slug: 'assistant' } },
    });

    const remove = `mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { project { id name } } }`;
    const typed = { projectId: project.id, confirmation: 'assistant' };
    const deleted = dataOf(await admin.browser.graphql(remove, { input: typed }));
    expect(deleted).toEqual({ deleteProject: { project: { id: project.id, name: 'Assistant' } } });
    expect(codesOf(await admin.browser.graphql(read, { id: project.id }))).toEqual(['NOT_FOUND']);

    const common = { outcome: 'SUCCEEDED', actor: admin.id, project: project.id };
    const first = { name: 'Chat Bot', slug: project.slug };
    const second = { name: 'Assistant', slug: 'assistant' };
    expect(await trailOf(project.id)).toEqual([
      { ...common, action: 'project.created', before: null, after: first },
      { ...common, action: 'project.updated', before: first, after: second },
      { ...common, action: 'project.deleted', before: second, after: { goneAt: expect.any(String) } },
    ]);
  });

  it('has a slug that is its own in the organization, and may be used in another', async () => {
    const create = `mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }`;
    const update = `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } } }`;
    const input = { organizationId, name: 'Slugs', slug: 'slugs' };
    const project = dataOf(
      await owner.browser.graphql<{ createProject: { project: { id: string } } }>(create, { input }),
    ).createProject.project;
    const taken = [{ message: 'This slug is taken.', code: 'CONFLICT' }];
    expect(toldBy(await owner.browser.graphql(create, { input }))).toEqual(taken);

    const other = await createProject(owner.browser, organizationId, 'Other');
    expect(toldBy(await owner.browser.graphql(update, { input: { projectId: other.id, slug: 'slugs' } }))).toEqual(
      taken,
    );
    expect(
      codesOf(
        await owner.browser.graphql(update, { input: { projectId: project.id, slug: 'slugs', name: 'Same slug' } }),
      ),
    ).toEqual([]);

    const elsewhere = await createOrganization(stranger, 'Elsewhere');
    expect(
      codesOf(await stranger.browser.graphql(create, { input: { ...input, organizationId: elsewhere.id } })),
    ).toEqual([]);
  });

  it('is refused with a slug that is none, or with nothing to change', async () => {
    const create = `mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }`;
    for (const slug of ['With Space', '-dash', 'a'.repeat(61), '']) {
      expect([
        slug,
        ...codesOf(await owner.browser.graphql(create, { input: { organizationId, name: 'x', slug } })),
      ]).toEqual([slug, 'VALIDATION_FAILED']);
    }
    const project = await createProject(owner.browser, organizationId);
    const update = `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } } }`;
    expect(codesOf(await owner.browser.graphql(update, { input: { projectId: project.id } }))).toEqual([
      'VALIDATION_FAILED',
    ]);
  });

  it('is not for a member to make, nor for a stranger to know of', async () => {
    const create = `mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }`;
    expect(codesOf(await member.browser.graphql(create, { input: { organizationId, name: 'x' } }))).toEqual([
      'FORBIDDEN',
    ]);
    expect(codesOf(await stranger.browser.graphql(create, { input: { organizationId, name: 'x' } }))).toEqual([
      'NOT_FOUND',
    ]);

    const project = await createProject(owner.browser, organizationId);
    const foreign = await stranger.browser.graphql(read, { id: project.id });
    const missing = await stranger.browser.graphql(read, { id: 'no-such-project' });
    expect(foreign.errors.map(({ message }) => message)).toEqual(missing.errors.map(({ message }) => message));
    expect(codesOf(foreign)).toEqual(['NOT_FOUND']);
  });
});

describe('a role in a project', () => {
  interface Listed {
    readonly organization: {
      readonly projects: { readonly nodes: readonly { readonly id: string }[]; readonly totalCount: number };
    };
  }
  const list = `query ($id: ID!) { organization(id: $id) { projects { nodes { id } totalCount } } }`;
  const visibleTo = async (person: Person): Promise<string[]> =>
    dataOf(await person.browser.graphql<Listed>(list, { id: organizationId })).organization.projects.nodes.map(
      ({ id }) => id,
    );

  it('raises a viewer of the organization in that one project', async () => {
    const [here, there] = [
      await createProject(owner.browser, organizationId),
      await createProject(owner.browser, organizationId),
    ];
    const viewer = await createMember('VIEWER');
    const input = { projectId: here.id, userId: viewer.id, role: 'ADMIN' };
    const given = dataOf(await owner.browser.graphql(setRole, { input }));
    expect(given).toEqual({
      setProjectRole: { member: { role: 'ADMIN', source: 'PROJECT', user: { id: viewer.id } } },
    });

    const rename = `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { name } } }`;
    expect(codesOf(await viewer.browser.graphql(rename, { input: { projectId: here.id, name: 'Mine' } }))).toEqual([]);
    expect(codesOf(await viewer.browser.graphql(rename, { input: { projectId: there.id, name: 'Mine' } }))).toEqual([
      'FORBIDDEN',
    ]);
  });

  it('lowers an administrator in that one project, from the next request on', async () => {
    const project = await createProject(owner.browser, organizationId);
    const lowered = await createMember('ADMIN');
    const rename = `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { name } } }`;
    const input = { projectId: project.id, name: 'Renamed' };
    expect(codesOf(await lowered.browser.graphql(rename, { input }))).toEqual([]);

    dataOf(
      await owner.browser.graphql(setRole, { input: { projectId: project.id, userId: lowered.id, role: 'VIEWER' } }),
    );
    expect(codesOf(await lowered.browser.graphql(rename, { input }))).toEqual(['FORBIDDEN']);
    expect(codesOf(await lowered.browser.graphql(read, { id: project.id }))).toEqual([]);
  });

  it('of NONE hides the project: from the query, from the list and from its count', async () => {
    const [hidden, shown] = [
      await createProject(owner.browser, organizationId),
      await createProject(owner.browser, organizationId),
    ];
    const person = await createMember('MEMBER');
    dataOf(await owner.browser.graphql(setRole, { input: { projectId: hidden.id, userId: person.id, role: 'NONE' } }));

    expect(codesOf(await person.browser.graphql(read, { id: hidden.id }))).toEqual(['NOT_FOUND']);
    const visible = await visibleTo(person);
    expect(visible).toContain(shown.id);
    expect(visible).not.toContain(hidden.id);
    const { projects } = dataOf(await person.browser.graphql<Listed>(list, { id: organizationId })).organization;
    expect(projects.totalCount).toBe(visible.length);
    expect(await visibleTo(owner)).toContain(hidden.id);
  });

  it('lets somebody whom the organization shows nothing into one project, and no further', async () => {
    const [open, closed] = [
      await createProject(owner.browser, organizationId),
      await createProject(owner.browser, organizationId),
    ];
    const guest = await createMember('NONE');
    dataOf(await owner.browser.graphql(setRole, { input: { projectId: open.id, userId: guest.id, role: 'VIEWER' } }));

    expect(dataOf(await guest.browser.graphql(read, { id: open.id }))).toMatchObject({
      project: { organization: { id: organizationId } },
    });
    expect(codesOf(await guest.browser.graphql(read, { id: closed.id }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await guest.browser.graphql(list, { id: organizationId }))).toEqual(['NOT_FOUND']);
    const own = `{ viewer { organizations { nodes { role organization { projects { nodes { id } } } } } } }`;
    expect(dataOf(await guest.browser.graphql(own))).toEqual({
      viewer: {
        organizations: { nodes: [{ role: 'NONE', organization: { projects: { nodes: [{ id: open.id }] } } }] },
      },
    });
  });

  it('is listed for every member, with where it comes from; cleared, it is the organization’s again', async () => {
    const project = await createProject(owner.browser, organizationId);
    const person = await createMember('MEMBER');
    const input = { projectId: project.id, userId: person.id };
    dataOf(await admin.browser.graphql(setRole, { input: { ...input, role: 'VIEWER' } }));
    dataOf(await admin.browser.graphql(setRole, { input: { ...input, role: 'VIEWER' } }));

    interface Members {
      readonly project: {
        readonly members: {
          readonly nodes: { role: string; source: string; user: { id: string } }[];
          readonly totalCount: number;
        };
      };
    }
    const members = `query ($id: ID!) { project(id: $id) { members(first: 100) { nodes { role source user { id } } totalCount } } }`;
    const { nodes, totalCount } = dataOf(await admin.browser.graphql<Members>(members, { id: project.id })).project
      .members;
    expect(nodes).toContainEqual({ role: 'VIEWER', source: 'PROJECT', user: { id: person.id } });
    expect(nodes).toContainEqual({ role: 'OWNER', source: 'ORGANIZATION', user: { id: owner.id } });
    const { rows } = await app.database.query(
      'select count(*)::int as count from memberships where organization_id = $1',
      [organizationId],
    );
    expect([nodes.length, { count: totalCount }]).toEqual([totalCount, rows[0]]);

    const cleared = { clearProjectRole: { member: { role: 'MEMBER', source: 'ORGANIZATION' } } };
    expect(dataOf(await admin.browser.graphql(clearRole, { input }))).toEqual(cleared);
    expect(dataOf(await admin.browser.graphql(clearRole, { input }))).toEqual(cleared);
    const common = { outcome: 'SUCCEEDED', actor: admin.id, project: project.id };
    const [inOrganization, inProject] = [
      { role: 'MEMBER', source: 'ORGANIZATION' },
      { role: 'VIEWER', source: 'PROJECT' },
    ];
    expect(await trailOf(person.id)).toEqual([
      { ...common, action: 'project.roleSet', before: inOrganization, after: inProject },
      { ...common, action: 'project.roleCleared', before: inProject, after: inOrganization },
    ]);
  });

  it('is shown to members, and not to viewers', async () => {
    const project = await createProject(owner.browser, organizationId);
    const viewer = await createMember('VIEWER');
    const members = `query ($id: ID!) { project(id: $id) { members { totalCount } } }`;
    expect(codesOf(await member.browser.graphql(members, { id: project.id }))).toEqual([]);
    expect(codesOf(await viewer.browser.graphql(members, { id: project.id }))).toEqual(['FORBIDDEN']);
  });

  it('is never one above the giver’s own there, and never taken from somebody above them', async () => {
    const project = await createProject(owner.browser, organizationId);
    const [raised, ownerHere] = [await createMember('ADMIN'), await createMember('VIEWER')];
    const at = { projectId: project.id };
    dataOf(await owner.browser.graphql(setRole, { input: { ...at, userId: ownerHere.id, role: 'OWNER' } }));
    const attempts = [
      [admin, setRole, { ...at, userId: member.id, role: 'OWNER' }],
      [admin, setRole, { ...at, userId: admin.id, role: 'OWNER' }],
      [admin, setRole, { ...at, userId: owner.id, role: 'NONE' }],
      [admin, clearRole, { ...at, userId: ownerHere.id }],
    ] as const;
    for (const [person, mutation, input] of attempts) {
      expect(codesOf(await person.browser.graphql(mutation, { input }))).toEqual(['CANNOT_GRANT']);
    }

    // The one who is lowered in the project counts there by the lower role.
    dataOf(await owner.browser.graphql(setRole, { input: { ...at, userId: raised.id, role: 'VIEWER' } }));
    expect(
      codesOf(await raised.browser.graphql(setRole, { input: { ...at, userId: raised.id, role: 'ADMIN' } })),
    ).toEqual(['FORBIDDEN']);
    expect(codesOf(await raised.browser.graphql(clearRole, { input: { ...at, userId: raised.id } }))).toEqual([
      'FORBIDDEN',
    ]);

    const { rows } = await app.database.query(
      `select actor_id, after->>'code' as code from audit_events where action = 'operation.refused' and project_id = $1 order by sequence`,
      [project.id],
    );
    const refused = (person: Person, code: string) => ({ actor_id: person.id, code });
    expect(rows).toEqual([
      ...attempts.map(([person]) => refused(person, 'CANNOT_GRANT')),
      refused(raised, 'FORBIDDEN'),
      refused(raised, 'FORBIDDEN'),
    ]);
  });

  it('is not cleared by somebody whom that would put below the other', async () => {
    const project = await createProject(owner.browser, organizationId);
    const second = await createMember('OWNER');
    const at = { projectId: project.id, userId: second.id };
    dataOf(await owner.browser.graphql(setRole, { input: { ...at, role: 'VIEWER' } }));
    expect(codesOf(await admin.browser.graphql(clearRole, { input: at }))).toEqual(['CANNOT_GRANT']);
    expect(codesOf(await owner.browser.graphql(clearRole, { input: at }))).toEqual([]);
  });

  it('is for members of the organization alone', async () => {
    const project = await createProject(owner.browser, organizationId);
    const input = { projectId: project.id, userId: stranger.id, role: 'VIEWER' };
    expect(codesOf(await owner.browser.graphql(setRole, { input }))).toEqual(['NOT_FOUND']);
    expect(
      codesOf(await owner.browser.graphql(clearRole, { input: { projectId: project.id, userId: stranger.id } })),
    ).toEqual(['NOT_FOUND']);
    expect(codesOf(await stranger.browser.graphql(setRole, { input: { ...input, role: 'OWNER' } }))).toEqual([
      'NOT_FOUND',
    ]);
  });

  it('comes with an invitation that offers one, in the commit of its acceptance', async () => {
    const project = await createProject(owner.browser, organizationId);
    const guest = await createPerson(app);
    const offer = { organizationId, email: guest.email, role: 'NONE', projectId: project.id, projectRole: 'VIEWER' };
    await inviteMember(owner, offer);
    const token = tokenIn(await mails.next(({ to }) => to.includes(guest.email)));
    await acceptInvitation(guest, token, 'accept-with-project');

    expect(codesOf(await guest.browser.graphql(read, { id: project.id }))).toEqual([]);
    const trail = await trailOfRequest(app, 'accept-with-project');
    expect(trail.map(({ action }) => action).sort()).toEqual([
      'invitation.accepted',
      'member.added',
      'project.roleSet',
    ]);
    expect(trail.find(({ action }) => action === 'project.roleSet')).toMatchObject({
      actor_id: guest.id,
      resource_id: guest.id,
      project_id: project.id,
      before: { role: 'NONE', source: 'ORGANIZATION' },
      after: { role: 'VIEWER', source: 'PROJECT' },
    });
  });

  it('that was set while an invitation was open is not undone by accepting it', async () => {
    const project = await createProject(owner.browser, organizationId);
    const guest = await createPerson(app);
    await inviteMember(owner, {
      organizationId,
      email: guest.email,
      role: 'VIEWER',
      projectId: project.id,
      projectRole: 'ADMIN',
    });
    const token = tokenIn(await mails.next(({ to }) => to.includes(guest.email)));
    await addMember(app, organizationId, guest, 'VIEWER');
    dataOf(await owner.browser.graphql(setRole, { input: { projectId: project.id, userId: guest.id, role: 'NONE' } }));

    await acceptInvitation(guest, token);
    expect(codesOf(await guest.browser.graphql(read, { id: project.id }))).toEqual(['NOT_FOUND']);
  });

  it('ends with the membership', async () => {
    const project = await createProject(owner.browser, organizationId);
    const person = await createMember('MEMBER');
    dataOf(
      await owner.browser.graphql(setRole, { input: { projectId: project.id, userId: person.id, role: 'ADMIN' } }),
    );
    const remove = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { member { role } } }`;
    dataOf(await owner.browser.graphql(remove, { input: { organizationId, userId: person.id } }));

    expect(codesOf(await person.browser.graphql(read, { id: project.id }))).toEqual(['NOT_FOUND']);
    await addMember(app, organizationId, person, 'VIEWER');
    const { rows } = await app.database.query('select role from project_roles where user_id = $1', [person.id]);
    expect(rows).toEqual([]);
  });
});
