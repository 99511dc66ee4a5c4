import type { Scope } from '../policy/actor.js';
import { definitionOf, type Permission } from '../policy/permissions.js';
import type { Demand } from './entry-rules.service.js';
import type { Grounds, Held, KeyGrant } from './holding.js';

export const accessStepKinds = [
  'ACCOUNT',
  'KEY',
  'INSTANCE_ADMINISTRATOR',
  'MEMBERSHIP',
  'ORGANIZATION_ROLE',
  'PROJECT_ROLE',
  'KEY_REACH',
  'SSO',
  'SECOND_FACTOR',
  'ROLE_PERMISSIONS',
  'KEY_PERMISSIONS',
] as const;
export type AccessStepKind = (typeof accessStepKinds)[number];

/** One of the things that are looked at, in a sentence. */
export interface AccessStep {
  readonly kind: AccessStepKind;
  readonly passed: boolean;
  readonly explanation: string;
  /** The one thing that would change the answer where this step decides it; null where it has passed. */
  readonly remedy: string | null;
}

export interface AccessQuestion {
  readonly scope: Scope;
  readonly permission: Permission;
}

/** What is looked at before the permission itself: whether they have any business in the scope at all. */
export function stepsOfGrounds(grounds: Grounds, question: AccessQuestion): AccessStep[] {
  switch (grounds.by) {
    case 'instance':
      return [passed('INSTANCE_ADMINISTRATOR', 'They administer the instance, and hold every permission everywhere.')];
    case 'key':
      return [stepOfReach(grounds.reaches, question)];
    case 'membership':
      return stepsOfMembership(grounds, question);
  }
}

/** What is asked of how they come in. It stops no one who does come in that way, and so it has passed. */
export const stepsOfDemands = (demands: readonly Demand[]): AccessStep[] =>
  demands.map(({ kind, explanation }) => passed(kind, explanation));

/** The permission itself, which decides where everything before has passed. */
export function stepOfPermission(held: Held, question: AccessQuestion, key: KeyGrant | null): AccessStep {
  const { permission } = question;
  const has = held.permissions.has(permission);
  if (key) {
    if (has) return passed('KEY_PERMISSIONS', `The key has the permission ${permission}.`);
    const of =
      definitionOf(permission).level === 'organization' && key.projectId !== null ? ' of the organization' : '';
    const remedy = `Create a key${of} that has the permission ${permission}: what a key may do is never changed.`;
    return failed('KEY_PERMISSIONS', `The key lacks the permission ${permission}.`, remedy);
  }
  if (has && held.grounds.by === 'instance') return passed('ROLE_PERMISSIONS', `That gives them ${permission}, too.`);
  if (has) return passed('ROLE_PERMISSIONS', `The role ${held.role} holds ${permission} here.`);
  return failed(
    'ROLE_PERMISSIONS',
    `The role ${held.role} does not hold ${permission} here.`,
    roleRemedy(held.grounds, question),
  );
}

/** All up to the first that fails, which decides. */
export function upToDecision(steps: readonly AccessStep[]): AccessStep[] {
  const decision = steps.findIndex((step) => !step.passed);
  return decision === -1 ? [...steps] : steps.slice(0, decision + 1);
}

export function passed(kind: AccessStepKind, explanation: string): AccessStep {
  return { kind, passed: true, explanation, remedy: null };
}

export function failed(kind: AccessStepKind, explanation: string, remedy: string): AccessStep {
  return { kind, passed: false, explanation, remedy };
}

function stepsOfMembership(grounds: Extract<Grounds, { by: 'membership' }>, question: AccessQuestion): AccessStep[] {
  const { organizationRole, projectRole } = grounds;
  const { from } = definitionOf(question.permission);
  if (organizationRole === null) {
    const remedy = otherScope(question) ?? `Invite them to the organization with the role ${from}.`;
    return [failed('MEMBERSHIP', 'They are no member of the organization.', remedy)];
  }
  const replaced = projectRole === null ? '' : ' The role that is set in the project replaces it there.';
  const inOrganization = `Their role in the organization is ${organizationRole}.${replaced}`;
  const remedy = roleRemedy(grounds, question);
  const steps = [
    passed('MEMBERSHIP', 'They are a member of the organization.'),
    projectRole === null && organizationRole === 'NONE'
      ? failed('ORGANIZATION_ROLE', inOrganization, remedy)
      : passed('ORGANIZATION_ROLE', inOrganization),
  ];
  if (projectRole === null) return steps;
  const inProject = `Their role in the project is ${projectRole}.`;
  return [
    ...steps,
    projectRole === 'NONE' ? failed('PROJECT_ROLE', inProject, remedy) : passed('PROJECT_ROLE', inProject),
  ];
}

function stepOfReach(reaches: boolean, { scope }: AccessQuestion): AccessStep {
  if (reaches) return passed('KEY_REACH', 'The key reaches this far.');
  return scope.projectId === null
    ? failed('KEY_REACH', 'The key is of a project, and worth nothing outside of it.', 'Use a key of the organization.')
    : failed('KEY_REACH', 'The key is of another project.', 'Use a key of this project, or of the organization.');
}

/** The least role that holds it, where it counts. */
function roleRemedy(grounds: Grounds, question: AccessQuestion): string {
  const give = `Give them the role ${definitionOf(question.permission).from}`;
  const replaced = grounds.by === 'membership' && grounds.projectRole !== null;
  const inOrganization = question.scope.projectId === null;
  const where = replaced ? 'in the project' : 'in the organization';
  return otherScope(question) ?? `${give} ${where}${inOrganization || replaced ? '' : ', or in the project'}.`;
}

/** Where to ask instead, for what no role gives in the scope that was asked about. */
function otherScope({ scope, permission }: AccessQuestion): string | null {
  const { level } = definitionOf(permission);
  if (scope.projectId === null && level === 'project')
    return `Ask for a project: no role gives ${permission} in an organization.`;
  if (scope.projectId !== null && level === 'organization')
    return `Ask for the organization: no role gives ${permission} in a project.`;
  return null;
}
