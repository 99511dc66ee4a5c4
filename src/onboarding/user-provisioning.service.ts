import { Injectable } from '@nestjs/common';
import { MembershipChanges } from '../organizations/members/membership-changes.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { Config } from '../platform/config/config.js';
import { readPasswordHash } from '../platform/crypto/password-hash-format.js';
import { Database } from '../platform/database/database.js';
import { invalid } from '../platform/errors/app-error.js';
import { parseEmailAddress } from '../platform/text/email-address.js';
import type { Actor } from '../policy/actor.js';
import type { User } from '../users/user.types.js';
import { UserService } from '../users/user.service.js';
import type { CreateUserInput } from './user-provisioning.graphql.js';

/** Makes accounts before their people arrive, who may then sign in where sign-up is closed. */
@Injectable()
export class UserProvisioningService {
  constructor(
    private readonly database: Database,
    private readonly users: UserService,
    private readonly memberships: MembershipChanges,
    private readonly organizations: OrganizationService,
    private readonly config: Config,
  ) {}

  /**
   * @throws VALIDATION_FAILED for the email, for a hash of no kind that is known here, or for a role without an organization; NOT_FOUND for the organization;
   *   CONFLICT when the email has an account
   */
  async create(actor: Actor, input: CreateUserInput): Promise<User> {
    const email = parseEmailAddress(input.email);
    if (!email) throw invalid('email', 'email must be one email address, such as ada@example.com.');
    const organizationId = input.organizationId ?? null;
    if (organizationId !== null) await this.organizations.get(organizationId);
    else if ((input.role ?? null) !== null) throw invalid('role', 'role needs organizationId: it is a role there.');
    const passwordHash = input.passwordHash ?? null;
    if (passwordHash !== null && !readPasswordHash(passwordHash))
      throw invalid(
        'passwordHash',
        'passwordHash must be a hash of bcrypt, scrypt or argon2id as docs/passwords.md has it.',
      );
    return this.database.transaction(async (tx) => {
      const name = input.name ?? email.address.split('@')[0] ?? email.address;
      const by = passwordHash === null ? 'administrator' : 'import';
      const account = { email: email.address, name, passwordHash, by, organizationId: null };
      const user = await this.users.create(tx, actor, account);
      if (organizationId !== null) {
        const role = input.role ?? this.config.defaultOrganizationRole;
        await this.memberships.add(tx, actor, { organizationId, userId: user.id, role, source: 'ADMINISTRATOR' });
      }
      return user;
    });
  }
}
