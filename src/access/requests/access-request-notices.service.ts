import { Injectable } from '@nestjs/common';
import { OrganizationService } from '../../organizations/organization.service.js';
import type { Tx } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { ProjectService } from '../../projects/project.service.js';
import { UserService } from '../../users/user.service.js';
import { nameOfRole } from '../standing/counting.js';
import { PermissionHolders } from '../standing/permission-holders.service.js';
import { expiryOf } from './access-request-state.js';
import { approvedMail, declinedMail, requestedMail, type Wish } from './access-request-mails.js';
import type { AccessRequest } from './access-request.types.js';

/** As many as are told of a request: in an organization with more of them, somebody among these will see to it. */
const MOST_TOLD = 20;

/** Tells of requests by mail, which goes out with the commit that makes or decides one. */
@Injectable()
export class AccessRequestNotices {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly projects: ProjectService,
    private readonly users: UserService,
    private readonly holders: PermissionHolders,
    private readonly mailer: Mailer,
  ) {}

  /** To those who manage members where it would count, but not to who asks. */
  async requested(tx: Tx, request: AccessRequest): Promise<void> {
    const { nodes } = await this.holders.list(request, 'members.manage', { first: MOST_TOLD + 1 });
    const ids = nodes.map(({ userId }) => userId).filter((id) => id !== request.userId);
    const [[asker], told] = [await this.users.listByIds([request.userId]), await this.users.listByIds(ids)];
    if (!asker) return;
    const wish = await this.wishOf(request);
    for (const { email } of told.slice(0, MOST_TOLD)) {
      await this.mailer.enqueue(tx, requestedMail(email, asker, wish, expiryOf(request.createdAt)));
    }
  }

  async approved(tx: Tx, request: AccessRequest, expiresAt: Date | null): Promise<void> {
    await this.tellAsker(tx, request, (to, wish) => approvedMail(to, wish, expiresAt, request.note));
  }

  async declined(tx: Tx, request: AccessRequest): Promise<void> {
    await this.tellAsker(tx, request, (to, wish) => declinedMail(to, wish, request.note));
  }

  private async tellAsker(
    tx: Tx,
    request: AccessRequest,
    write: (to: string, wish: Wish) => ReturnType<typeof declinedMail>,
  ) {
    const [asker] = await this.users.listByIds([request.userId]);
    if (asker) await this.mailer.enqueue(tx, write(asker.email, await this.wishOf(request)));
  }

  private async wishOf(request: AccessRequest): Promise<Wish> {
    const { id, organizationId, projectId, role, forSeconds, reason } = request;
    const organization = await this.organizations.get(organizationId);
    const project = projectId === null ? null : await this.projects.get({ organizationId, projectId });
    return {
      ...{ id, forSeconds, reason },
      roleName: nameOfRole(role),
      organizationName: organization.name,
      projectName: project?.name ?? null,
    };
  }
}
