import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Idempotency } from '../platform/database/idempotency.js';
import { idempotentCallOf } from './idempotent-call.js';

/** Runs a mutation that carries an `idempotencyKey` once, and answers its repetition with what the first call gave. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: Idempotency) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const call = idempotentCallOf(context);
    return call ? from(this.idempotency.once(call, () => lastValueFrom(next.handle()))) : next.handle();
  }
}
