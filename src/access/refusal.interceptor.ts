import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { catchError, type Observable } from 'rxjs';
import { AppError } from '../platform/errors/app-error.js';
import { scopeFoundFor } from '../policy/current.decorators.js';
import { RefusalService } from './refusal.service.js';

/** Leaves an entry on the trail when a mutation that the guard let in is refused by a rule of its own. */
@Injectable()
export class RefusalInterceptor implements NestInterceptor {
  constructor(private readonly refusals: RefusalService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<GqlContextType>() !== 'graphql') return next.handle();
    const graphql = GqlExecutionContext.create(context);
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        if (
          error instanceof AppError &&
          graphql.getInfo<{ operation: { operation: string } }>().operation.operation === 'mutation'
        ) {
          await this.refusals.record(context, error, scopeFoundFor(graphql.getArgs<object>()));
        }
        throw error;
      }),
    );
  }
}
