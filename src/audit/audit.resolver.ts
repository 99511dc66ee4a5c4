import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import type { Connection } from '../platform/graphql/connection.js';
import { Requires } from '../policy/requires.decorator.js';
import { AuditEvent, AuditEventConnection, AuditEventFilter, AuditTrailReport } from './audit.graphql.js';
import { AuditTrailService } from './audit-trail.service.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly trail: AuditTrailService) {}

  @Query(() => AuditEventConnection, {
    description: "An organization's audit trail, newest first. `instance` names the trail of the instance itself.",
  })
  @Requires('audit.read', 'organizationId')
  auditEvents(
    @Args('organizationId', { type: () => ID }) organizationId: string,
    @Args('first', { type: () => Int, nullable: true }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
    @Args('filter', { nullable: true }) filter?: AuditEventFilter,
  ): Promise<Connection<AuditEvent>> {
    return this.trail.list(organizationId, { first, after }, filter ?? {});
  }

  @Query(() => AuditTrailReport, {
    description:
      'Computes the hash of every entry anew and says whether the trail is unbroken: all of it, to the head that is kept ' +
      'apart; or a period, with its links to the entries before and behind it. Errors: VALIDATION_FAILED when it ends before it begins.',
  })
  @Requires('audit.read', 'organizationId')
  verifyAuditTrail(
    @Args('organizationId', { type: () => ID }) organizationId: string,
    @Args('from', { type: () => Date, nullable: true }) from: Date | null,
    @Args('to', { type: () => Date, nullable: true }) to: Date | null,
  ): Promise<AuditTrailReport> {
    return this.trail.verify(organizationId, { from: from ?? null, to: to ?? null });
  }
}
