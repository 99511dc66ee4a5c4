import { describe, expect, it } from '@jest/globals';
import { anonymous, type Actor, type Scope } from './actor.js';
import { refuseBeyond, refusePermissionsBeyond, refuseRoleBeyond } from './granting.js';
import { builtInRoles, ownPermissions, type BuiltInRole, type Permission } from './permissions.js';
import { isAtLeast, permissionsOf } from './roles.js';

const organization: Scope = { organizationId: 'acme', projectId: null };
const project: Scope = { organizationId: 'acme', projectId: 'chat' };
const levelOf = ({ projectId }: Scope) => (projectId === null ? 'organization' : 'project');

function actor(role: BuiltInRole | null, permissionsIn: Actor['permissionsIn']): Actor {
  return {
    ...anonymous({ ip: null, userAgent: null, requestId: 'r' }),
    grantableIn: async (scope) => ({ role, permissions: await permissionsIn(scope) }),
  };
}

const person = (role: BuiltInRole): Actor =>
  actor(role, (scope) => Promise.resolve(permissionsOf(role, levelOf(scope))));

/** A key has permissions and no role. */
const key = (permissions: readonly Permission[]): Actor => actor(null, () => Promise.resolve(new Set(permissions)));

const outcomeOf = (attempt: Promise<void>): Promise<unknown> =>
  attempt.then(
    () => 'granted',
    (error: unknown) => (error as { code: string }).code,
  );

describe('granting', () => {
  it.each([organization, project])('a role: up to one’s own, and none above it, in %j', async (scope) => {
    for (const own of builtInRoles) {
      for (const asked of builtInRoles) {
        const expected = isAtLeast(own, asked) ? 'granted' : 'CANNOT_GRANT';
        expect([own, asked, await outcomeOf(refuseRoleBeyond(person(own), scope, asked))]).toEqual([
          own,
          asked,
          expected,
        ]);
      }
    }
  });

  it('a role whose name is not above one’s own, but which has a permission that one lacks here', async () => {
    const reduced = actor('ADMIN', () => Promise.resolve(new Set<Permission>(['members.manage'])));
    expect(await outcomeOf(refuseRoleBeyond(reduced, organization, 'VIEWER'))).toBe('CANNOT_GRANT');
  });

  it('a role by a key: only where it holds all that the role gives, in the organization and in its projects', async () => {
    const viewing = [...permissionsOf('VIEWER', 'organization')];
    expect(await outcomeOf(refuseRoleBeyond(key(ownPermissions), organization, 'OWNER'))).toBe('granted');
    expect(await outcomeOf(refuseRoleBeyond(key(viewing), organization, 'VIEWER'))).toBe('CANNOT_GRANT');
    expect(
      await outcomeOf(
        refuseRoleBeyond(key([...viewing, ...permissionsOf('VIEWER', 'project')]), organization, 'VIEWER'),
      ),
    ).toBe('granted');
    expect(await outcomeOf(refuseRoleBeyond(key([...permissionsOf('MEMBER', 'project')]), project, 'ADMIN'))).toBe(
      'CANNOT_GRANT',
    );
    expect(await outcomeOf(refuseRoleBeyond(key([]), organization, 'NONE'))).toBe('granted');
  });

  it('permissions: those that one holds, and not one more; the log says which', async () => {
    const viewer = person('VIEWER');
    expect(await outcomeOf(refusePermissionsBeyond(viewer, project, ['traces.read']))).toBe('granted');
    expect(await outcomeOf(refusePermissionsBeyond(viewer, project, []))).toBe('granted');
    const beyond = refusePermissionsBeyond(viewer, project, ['traces.read', 'traces.create', 'apiKeys.manage']);
    await expect(beyond).rejects.toMatchObject({
      code: 'CANNOT_GRANT',
      detail: 'asked for traces.create, apiKeys.manage',
    });
    expect(() => refuseBeyond(new Set(), ['traces.read'])).toThrow('You cannot grant what you do not hold.');
  });
});
