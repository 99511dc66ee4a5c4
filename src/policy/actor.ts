import type { AppError } from '../platform/errors/app-error.js';
import type { BuiltInRole, Permission } from './permissions.js';
import type { Proof } from './proof.js';

/** Where a permission is asked for: an organization, or one project of it. */
export interface Scope {
  readonly organizationId: string;
  readonly projectId: string | null;
}

/** Projects of an organization: all but those that are named, or those alone. */
export interface Reach {
  readonly everywhere: boolean;
  readonly projectIds: readonly string[];
}

/** What somebody may hand on: what they hold for good. */
export interface Grantable {
  /** The strongest built-in role; null for a key, which has none. */
  readonly role: BuiltInRole | null;
  readonly permissions: ReadonlySet<Permission>;
}

/** Where a request came from, as the audit trail tells it. */
export interface Origin {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/**
 * - `user`: a signed-in person
 * - `apiKey`: an organization's or a project's key
 * - `setupLink`: whoever has the link to set single sign-on up, and no account
 * - `scimToken`: a directory that provisions the people of an organization
 * - `administrator`: the holder of `ADMIN_API_KEY`
 * - `system`: Gatehouse itself, at start or in a job
 * - `anonymous`: nobody has proven anything yet
 */
export type ActorKind = 'user' | 'apiKey' | 'setupLink' | 'scimToken' | 'administrator' | 'system' | 'anonymous';

/** Who is calling, and what they may do. */
export interface Actor {
  readonly kind: ActorKind;
  /** The user's, the key's, the link's or the token's id; the kind's own name for the others. */
  readonly id: string;
  /** What a reader of the trail recognises: an email, a public key. Never a secret. */
  readonly label: string;
  readonly origin: Origin;
  /** The one organization that a key, a link or a token belongs to; null for everybody else. */
  readonly organizationId: string | null;
  /** The one project that a project's key belongs to; null for everybody else. */
  readonly projectId: string | null;
  /** Holds every permission everywhere: `ADMIN_API_KEY`, `system`, or a user listed as instance administrator. */
  readonly isInstanceAdministrator: boolean;
  /** How and when a person proved who they are; null for everybody else. */
  readonly proof: Proof | null;
  /** What the actor may do in `scope`; empty where the actor must not even learn that it exists. */
  permissionsIn(scope: Scope): Promise<ReadonlySet<Permission>>;
  /** The strongest built-in role that the actor holds in `scope`; null for a key, which has none. */
  roleIn(scope: Scope): Promise<BuiltInRole | null>;
  /** What the actor may hand on in `scope`. What they hold until a date is not among it: it would outlast them in other hands. */
  grantableIn(scope: Scope): Promise<Grantable>;
  /** What they may hand on for an organization and all its projects: what they hold in each. */
  grantableThroughout(organizationId: string): Promise<ReadonlySet<Permission>>;
  /** The projects of an organization in which the actor holds a permission. */
  projectsWith(permission: Permission, organizationId: string): Promise<Reach>;
  /** What the organization has against how the actor came in: by which way, and with what; null where it has nothing. */
  objectionOf(organizationId: string): Promise<AppError | null>;
}

const nothing: ReadonlySet<Permission> = new Set();

/** The actor of requests that prove nothing, such as an attempt to sign in. */
export function anonymous(origin: Origin): Actor {
  return powerless('anonymous', 'anonymous', origin);
}

/** The actor of what Gatehouse does of its own accord, for the trail: it asks for no permission, so it holds none. */
export function gatehouseItself(job: string): Actor {
  return powerless('system', 'Gatehouse', { ip: null, userAgent: null, requestId: job });
}

function powerless(kind: 'anonymous' | 'system', label: string, origin: Origin): Actor {
  return {
    kind,
    id: kind,
    label,
    origin,
    organizationId: null,
    projectId: null,
    isInstanceAdministrator: false,
    proof: null,
    permissionsIn: () => Promise.resolve(nothing),
    roleIn: () => Promise.resolve('NONE'),
    grantableIn: () => Promise.resolve({ role: 'NONE', permissions: nothing }),
    grantableThroughout: () => Promise.resolve(nothing),
    projectsWith: () => Promise.resolve({ everywhere: false, projectIds: [] }),
    objectionOf: () => Promise.resolve(null),
  };
}
