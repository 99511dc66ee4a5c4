import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import type { Request } from 'express';
import { Idempotency } from '../platform/database/idempotency.js';
import { AppError, invalid, type ErrorCode } from '../platform/errors/app-error.js';
import type { Actor, Scope } from '../policy/actor.js';
import { callerOf, rememberScope, requestOf } from '../policy/current.decorators.js';
import { PUBLIC, REQUIRES, type Requirement, type RequiresMetadata } from '../policy/requires.decorator.js';
import { ProjectService } from '../projects/project.service.js';
import { idempotentCallOf } from './idempotent-call.js';
import { RefusalService } from './refusal.service.js';

/**
 * Lets nobody in unless the handler says who may. Every handler carries `@Requires` or `@Public`; one with neither is
 * refused here, and found by the architecture test before that.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly projects: ProjectService,
    private readonly refusals: RefusalService,
    private readonly idempotency: Idempotency,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handlers = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<string>(PUBLIC, handlers)) return true;
    const requires = this.reflector.getAllAndOverride<RequiresMetadata | undefined>(REQUIRES, handlers);
    const { actor } = callerOf(requestOf(context));
    if (!requires) throw new AppError('FORBIDDEN', { detail: `${context.getHandler().name} declares no permission` });

    const scope = actor.kind === 'anonymous' ? null : await this.scopeOf(context, requires);
    const verdict = await judge(actor, requirementIn(scope, requires), scope);
    if (verdict && !(lackOfRole.has(verdict.code) && (await this.isRepetition(context)))) {
      await this.refusals.record(context, verdict, verdict.code === 'NOT_FOUND' ? null : scope);
      throw verdict;
    }
    if (scope) rememberScope(handlerArguments(context), scope);
    return true;
  }

  /**
   * What a call has deleted, its repetition can't name any more; and it is answered with what was told, whatever role has changed
   * since. Another session of the same person may have been told it, though: one that may not enter gets past nothing.
   */
  private async isRepetition(context: ExecutionContext): Promise<boolean> {
    const call = idempotentCallOf(context);
    return call !== null && this.idempotency.isRepetition(call);
  }

  /**
   * The organization (and project) that the arguments name, whether or not the actor may see it; null for none.
   * @throws VALIDATION_FAILED when the arguments name nothing
   */
  private async scopeOf(context: ExecutionContext, { scopePath, locator }: RequiresMetadata): Promise<Scope | null> {
    if (scopePath === null) return null;
    const paths = scopePath.split('|');
    const path = paths.find((candidate) => (valueAt(context, candidate) ?? null) !== null);
    if (path === undefined) throw invalid(nameOf(paths[0]), `Give ${paths.map(nameOf).join(' or ')}.`);
    const id = valueAt(context, path);
    if (typeof id !== 'string' || id === '') return null;
    if (locator) return this.modules.get(locator, { strict: false }).scopeOf(id);
    return path.endsWith('rojectId') ? this.projects.scopeOf(id) : { organizationId: id, projectId: null };
  }
}

/** The verdicts about what somebody may do; every other is about how they came in. */
const lackOfRole: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'FORBIDDEN']);

/** Why the actor may not; null where they may. What is not theirs to see is NOT_FOUND, whether it exists or not. */
async function judge(actor: Actor, requirement: Requirement, scope: Scope | null): Promise<AppError | null> {
  if (actor.kind === 'anonymous') return new AppError('UNAUTHENTICATED');
  if (requirement === 'signedIn') return scope && actor.objectionOf(scope.organizationId);
  if (requirement === 'user')
    return actor.kind === 'user' ? null : new AppError('FORBIDDEN', { detail: 'needs a signed-in person' });
  if (requirement === 'scimToken')
    return actor.kind === 'scimToken' ? null : new AppError('FORBIDDEN', { detail: 'needs a SCIM token' });
  if (requirement === 'instanceAdministrator') {
    return actor.isInstanceAdministrator
      ? null
      : new AppError('FORBIDDEN', { detail: 'needs an instance administrator' });
  }
  if (!scope) return new AppError('NOT_FOUND');
  const held = await actor.permissionsIn(scope);
  if (held.size === 0) return new AppError('NOT_FOUND');
  // First of all: whoever is not in yet need not learn what is there, nor what they would lack.
  const objection = await actor.objectionOf(scope.organizationId);
  if (objection) return objection;
  if (held.has(requirement)) return null;
  // Who holds everything wherever there is something lacks it where the trail alone is left.
  return actor.isInstanceAdministrator
    ? new AppError('NOT_FOUND')
    : new AppError('FORBIDDEN', { detail: `needs ${requirement}` });
}

/** Where a thing may be a project's or the organization's own, its scope decides which permission counts. */
function requirementIn(scope: Scope | null, { requirement }: RequiresMetadata): Requirement {
  if (typeof requirement === 'string') return requirement;
  return scope?.projectId === null ? requirement.inOrganization : requirement.inProject;
}

/** The field at the end of a path, as the caller knows it. */
const nameOf = (path = ''): string => path.slice(path.lastIndexOf('.') + 1);

function valueAt(context: ExecutionContext, path: string): unknown {
  const [first, ...rest] = path.split('.');
  const start =
    first === 'parent'
      ? GqlExecutionContext.create(context).getRoot<unknown>()
      : handlerArguments(context)[first ?? ''];
  return rest.reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], start);
}

/** GraphQL arguments, or the path parameters of a REST route. */
function handlerArguments(context: ExecutionContext): Record<string, unknown> {
  if (context.getType<GqlContextType>() === 'graphql') return GqlExecutionContext.create(context).getArgs();
  return context.switchToHttp().getRequest<Request>().params;
}
