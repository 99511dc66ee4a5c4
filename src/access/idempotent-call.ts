import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import type { IdempotentCall } from '../platform/database/idempotency.js';
import { callerOf, requestOf } from '../policy/current.decorators.js';

/** The input is validated only after this was asked: a key beyond it will be refused, and can be no row's. */
const LONGEST_KEY = 200;

/** The call of a mutation whose input carries an `idempotencyKey`; null for any other. */
export function idempotentCallOf(context: ExecutionContext): IdempotentCall | null {
  if (context.getType<GqlContextType>() !== 'graphql') return null;
  const { input } = GqlExecutionContext.create(context).getArgs<{ input?: { idempotencyKey?: string | null } }>();
  const key = input?.idempotencyKey;
  if (!key || key.length > LONGEST_KEY) return null;
  const { actor } = callerOf(requestOf(context));
  return { actor: `${actor.kind}:${actor.id}`, key, operation: context.getHandler().name, input };
}
