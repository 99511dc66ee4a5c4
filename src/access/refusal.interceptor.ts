import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { catchError, type Observable } from 'rxjs';
import { AppError } from '../platform/errors/app-error.js';
import { toAppError } from '../platform/http/problem.js';
import { callerOf, requestOf, scopeFoundFor } from '../policy/current.decorators.js';
import { RefusalService } from './refusal.service.js';

/** Leaves an entry on the trail when a change that the guard let in is refused by a rule of its own. */
@Injectable()
export class RefusalInterceptor implements NestInterceptor {
  constructor(private readonly refusals: RefusalService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        await this.record(context, error);
        throw error;
      }),
    );
  }

  private async record(context: ExecutionContext, error: unknown): Promise<void> {
    if (context.getType<GqlContextType>() !== 'graphql') return this.recordOfDirectory(context, error);
    const graphql = GqlExecutionContext.create(context);
    if (!(error instanceof AppError)) return;
    if (graphql.getInfo<{ operation: { operation: string } }>().operation.operation !== 'mutation') return;
    await this.refusals.record(context, error, scopeFoundFor(graphql.getArgs<object>()));
  }

  /** The routes by which a directory makes changes, and those that it takes for such. Each other route records for itself. */
  private async recordOfDirectory(context: ExecutionContext, error: unknown): Promise<void> {
    const request = requestOf(context);
    const { kind, organizationId } = callerOf(request).actor;
    if (kind !== 'scimToken' || organizationId === null || readOnly.has(request.method)) return;
    await this.refusals.recordRoute(request, toAppError(error), { organizationId, projectId: null });
  }
}

const readOnly = new Set(['GET', 'HEAD']);
