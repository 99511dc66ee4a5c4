import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Idempotency } from '../platform/database/idempotency.js';
import { callerOf, requestOf } from '../policy/current.decorators.js';

/** Runs a mutation that carries an `idempotencyKey` once, and answers its repetition with what the first call gave. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: Idempotency) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<GqlContextType>() !== 'graphql') return next.handle();
    const { input } = GqlExecutionContext.create(context).getArgs<{ input?: { idempotencyKey?: string | null } }>();
    const key = input?.idempotencyKey;
    if (!key) return next.handle();
    const { actor } = callerOf(requestOf(context));
    const call = { actor: `${actor.kind}:${actor.id}`, key, operation: context.getHandler().name, input };
    return from(this.idempotency.once(call, () => lastValueFrom(next.handle())));
  }
}
