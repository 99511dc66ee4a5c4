import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { AuditService } from '../../audit/audit.service.js';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { notUnique } from '../protocol/scim-error.js';
import type { ScimClient } from '../scim-client.types.js';
import { scimUserUpdated } from './scim-user.events.js';
import { ScimUserEntity } from './scim-user.entity.js';
import { ScimUserReader } from './scim-user-reader.service.js';
import type { ScimUser, UserWish } from './scim-user.types.js';

type Said = Pick<UserWish, 'userName' | 'externalId' | 'profile'>;

/** Keeps what a directory says of people, and refuses what it may not say. The organization's turn is taken before. */
@Injectable()
export class ScimUserStore {
  constructor(
    private readonly reader: ScimUserReader,
    private readonly domains: DomainService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** What is said of somebody for the first time; their membership's beginning is on the trail. @throws CONFLICT for a userName that is taken */
  async begin(tx: Tx, { organizationId }: ScimClient, userId: string, said: Said): Promise<void> {
    await this.refuseTaken(organizationId, userId, said.userName);
    const now = this.clock.now();
    await tx.insert(ScimUserEntity, { organizationId, userId, ...saidIn(said), createdAt: now, updatedAt: now });
  }

  /** Where it differs from what was said before. @throws CONFLICT for a userName that is taken */
  async change(tx: Tx, { actor, organizationId }: ScimClient, before: ScimUser, said: Said): Promise<void> {
    if (isDeepStrictEqual(saidIn(before), saidIn(said))) return;
    if (before.userName !== said.userName) await this.refuseTaken(organizationId, before.id, said.userName);
    const now = this.clock.now();
    const row = { organizationId, userId: before.id, ...saidIn(said), createdAt: before.createdAt, updatedAt: now };
    await tx
      .createQueryBuilder()
      .insert()
      .into(ScimUserEntity)
      .values(row)
      .orUpdate(['user_name', 'external_id', 'profile', 'updated_at'], ['organization_id', 'user_id'])
      .execute();
    await this.audit.record(tx, actor, scimUserUpdated, { organizationId, userId: before.id, before, after: said });
  }

  /** When something was last changed of somebody of whom the directory has said something. */
  async touch(tx: Tx, { organizationId }: ScimClient, userId: string): Promise<void> {
    await tx.update(ScimUserEntity, { organizationId, userId }, { updatedAt: this.clock.now() });
  }

  /** A directory speaks for the domains that its organization has proven, and for no others. @throws DOMAIN_NOT_VERIFIED */
  async refuseForeign({ organizationId }: ScimClient, email: string): Promise<void> {
    if ((await this.domains.organizationOf(email)) !== organizationId)
      throw new AppError('DOMAIN_NOT_VERIFIED', {
        message: 'The email lies in no domain that this organization has verified.',
      });
  }

  private async refuseTaken(organizationId: string, userId: string, userName: string): Promise<void> {
    if (await this.reader.isTaken(organizationId, userName, userId))
      throw notUnique('Somebody in the organization has this userName already.');
  }
}

const saidIn = ({ userName, externalId, profile }: Said): Said => ({ userName, externalId, profile });
