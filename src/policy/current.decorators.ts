import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import type { Request } from 'express';
import type { Actor, Scope } from './actor.js';

/** What the way in has established about a request. */
export interface Caller {
  readonly actor: Actor;
  /** The session that the request carries, when the actor is a person. */
  readonly sessionId: string | null;
}

declare module 'express-serve-static-core' {
  interface Request {
    caller?: Caller;
  }
}

/** The HTTP request beneath a REST route or a GraphQL field. */
export function requestOf(context: ExecutionContext): Request {
  if (context.getType<GqlContextType>() !== 'graphql') return context.switchToHttp().getRequest<Request>();
  return GqlExecutionContext.create(context).getContext<{ req: Request }>().req;
}

/** The caller of a request; the way in has set it before any handler runs. */
export function callerOf(request: Request): Caller {
  if (!request.caller) throw new Error('The request passed no CallerMiddleware');
  return request.caller;
}

/** Who is calling. */
export const CurrentActor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Actor => callerOf(requestOf(context)).actor,
);

/** Who is calling, with the session that they came by. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(requestOf(context)),
);

/** Scopes that `@Requires` found, kept by the arguments object that they were found in. */
const found = new WeakMap<object, Scope>();

export function rememberScope(handlerArguments: object, scope: Scope): void {
  found.set(handlerArguments, scope);
}

/** Null: the handler is in no organization. */
export const scopeFoundFor = (handlerArguments: object): Scope | null => found.get(handlerArguments) ?? null;

/** The scope that `@Requires` named, already proven to be one that the actor may see. */
export const CurrentScope = createParamDecorator((_: unknown, context: ExecutionContext): Scope => {
  const scope = scopeFoundFor(GqlExecutionContext.create(context).getArgs<object>());
  if (!scope) throw new Error('@CurrentScope needs @Requires with a scope on the same handler');
  return scope;
});
