import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { AuditService } from '../audit/audit.service.js';
import type { AppError, ErrorCode } from '../platform/errors/app-error.js';
import { withoutTokens } from '../platform/http/without-tokens.js';
import { anonymous, type Actor, type Scope } from '../policy/actor.js';
import { callerOf, requestOf } from '../policy/current.decorators.js';
import { originOf } from '../policy/request-origin.js';
import { operationRefused } from './refusal.events.js';

/**
 * Codes that mean "no" rather than "not like this": each leaves an entry on the trail. UNAUTHENTICATED is in the log alone:
 * there is nobody to tell of, and whoever is nobody could fill the trail.
 */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'FORBIDDEN',
  'NOT_FOUND',
  'CANNOT_GRANT',
  'SSO_REQUIRED',
  'SECOND_FACTOR_REQUIRED',
  'STEP_UP_REQUIRED',
  'ENTITLEMENT_REQUIRED',
  'LAST_OWNER',
  'DOMAIN_TAKEN',
  'DOMAIN_NOT_VERIFIED',
  'PRECONDITION_FAILED',
  'ISSUER_UNREACHABLE',
  'ISSUER_MISMATCH',
  'ISSUER_NOT_ALLOWED',
  'INVITATION_INVALID',
  'TOKEN_INVALID',
]);

/** As much of what a stranger sends as a reader of the trail needs. */
const LONGEST_TOLD = 200;

@Injectable()
export class RefusalService {
  constructor(private readonly audit: AuditService) {}

  /**
   * Records a refusal, in its own transaction.
   * @param scope the organization that it happened in, where the actor may know of it; otherwise null, and the entry goes
   *   to the instance's trail, so that a stranger can't write into an organization's
   */
  async record(context: ExecutionContext, error: AppError, scope: Scope | null): Promise<void> {
    await this.recordOperation(callerOf(requestOf(context)).actor, context.getHandler().name, error, scope);
  }

  /** As `record`, for a page that knows by itself who is there. */
  async recordOperation(actor: Actor, operation: string, error: AppError, scope: Scope | null): Promise<void> {
    if (!refusals.has(error.code)) return;
    await this.audit.recordAlone(actor, operationRefused, {
      operation,
      code: error.code,
      reason: error.detail ?? error.message,
      scope,
    });
  }

  /** As `record`, for a route, which is told by its method and path: one handler's name is that of many. */
  async recordRoute(request: Request, error: AppError, scope: Scope | null): Promise<void> {
    await this.recordOperation(callerOf(request).actor, nameOf(request), error, scope);
  }

  /**
   * Records that a request was refused by a page, or before anybody asked whose it is. Its sender may have chosen the path
   * and the reason's words.
   */
  async recordRequest(request: Request, error: AppError): Promise<void> {
    await this.audit.recordAlone(request.caller?.actor ?? anonymous(originOf(request)), operationRefused, {
      operation: nameOf(request),
      code: error.code,
      reason: (error.detail ?? error.message).slice(0, LONGEST_TOLD),
      scope: null,
    });
  }
}

const nameOf = ({ method, path }: Request): string => `${method} ${withoutTokens(path)}`.slice(0, LONGEST_TOLD);
