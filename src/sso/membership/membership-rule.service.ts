import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { In } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { OrganizationService } from '../../organizations/organization.service.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import type { Row } from '../../platform/database/row.js';
import { invalid } from '../../platform/errors/app-error.js';
import type { Actor } from '../../policy/actor.js';
import { refuseStaleProof } from '../../policy/fresh-proof.js';
import { refusePermissionsBeyond, refuseRoleBeyond } from '../../policy/granting.js';
import type { BuiltInRole } from '../../policy/permissions.js';
import { ConnectionMoves } from '../connections/connection-moves.service.js';
import type { SsoConnection } from '../connections/sso-connection.types.js';
import { MembershipRuleEntity } from './membership-rule.entity.js';
import { ssoMembershipUpdated } from './membership-rule.events.js';
import { nobodyJoins, type GroupRole, type JoiningRole, type MembershipRule } from './membership-rule.types.js';

/** What an administrator types. What is left out stays as it was. */
export interface MembershipWish {
  readonly justInTime: boolean;
  readonly defaultRole?: BuiltInRole | null;
  readonly groupsClaim?: string | null;
  readonly groupRoles?: readonly { readonly group: string; readonly role: BuiltInRole }[] | null;
}

/** Who becomes a member by signing in: set for each connection, by whoever may make them members by hand. */
@Injectable()
export class MembershipRuleService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationService,
    private readonly moves: ConnectionMoves,
    private readonly clock: Clock,
  ) {}

  /** By connection; one for which nobody has set anything is missing. In one statement, however many. */
  async listOf(connectionIds: readonly string[]): Promise<ReadonlyMap<string, MembershipRule>> {
    const rows = await this.database.reader.findBy(MembershipRuleEntity, { connectionId: In([...connectionIds]) });
    return new Map(rows.map((row) => [row.connectionId, toRule(row)]));
  }

  async get(connectionId: string): Promise<MembershipRule> {
    return (await this.listOf([connectionId])).get(connectionId) ?? nobodyJoins;
  }

  /**
   * It lets people in whom nobody invites, so it takes what inviting each of them would take. Who is a member already keeps
   * their role. Setting what is set already tells nothing: nothing has happened.
   * @throws STEP_UP_REQUIRED; NOT_FOUND; VALIDATION_FAILED; CANNOT_GRANT for a role beyond the actor's own, or by who may
   *   not manage members; ENTITLEMENT_REQUIRED when it is switched on
   */
  async update(actor: Actor, organizationId: string, id: string, wish: MembershipWish): Promise<SsoConnection> {
    refuseStaleProof(actor, this.clock.now());
    if (wish.justInTime) await this.organizations.refuseUnlessEntitled(organizationId, 'sso');
    return this.database.transaction(async (tx) => {
      const connection = await this.moves.lock(tx, organizationId, id);
      const before = await this.get(id);
      const after = changed(before, wish);
      await refuseRuleBeyond(actor, organizationId, after);
      if (isDeepStrictEqual(before, after)) return connection;
      await tx.upsert(MembershipRuleEntity, { connectionId: id, organizationId, ...after }, ['connectionId']);
      await this.audit.record(tx, actor, ssoMembershipUpdated, { connection, before, after });
      return connection;
    });
  }
}

function changed(before: MembershipRule, wish: MembershipWish): MembershipRule {
  const { justInTime, defaultRole, groupsClaim, groupRoles } = wish;
  const asked = groupRoles?.map(({ group, role }, place) => ({
    group,
    role: joining(`groupRoles.${place}.role`, role),
  }));
  if (asked) refuseRepeated(asked);
  return {
    justInTime,
    defaultRole: joining('defaultRole', defaultRole ?? before.defaultRole),
    groupsClaim: groupsClaim ?? before.groupsClaim,
    groupRoles: asked ?? before.groupRoles,
  };
}

function joining(field: string, role: BuiltInRole): JoiningRole {
  if (role === 'OWNER') throw invalid(field, `${field} must not be OWNER: an owner is made by an owner.`);
  return role;
}

/** A second line for a group would never count. */
function refuseRepeated(groupRoles: readonly GroupRole[]): void {
  groupRoles.forEach(({ group }, place) => {
    if (groupRoles.findIndex((other) => other.group === group) === place) return;
    throw invalid(
      `groupRoles.${place}.group`,
      `groupRoles names the group ${group} twice: the first one alone would count.`,
    );
  });
}

async function refuseRuleBeyond(actor: Actor, organizationId: string, rule: MembershipRule): Promise<void> {
  const scope = { organizationId, projectId: null };
  await refusePermissionsBeyond(actor, scope, ['members.manage']);
  const roles = new Set([rule.defaultRole, ...rule.groupRoles.map(({ role }) => role)]);
  for (const role of roles) await refuseRoleBeyond(actor, scope, role);
}

function toRule({ justInTime, defaultRole, groupsClaim, groupRoles }: Row<MembershipRuleEntity>): MembershipRule {
  return { justInTime, defaultRole, groupsClaim, groupRoles };
}
