import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { invalid } from '../../../platform/errors/app-error.js';

/** Lets a request in whose body holds the email and password of an account; the strategy says why not. */
@Injectable()
export class PasswordGuard extends AuthGuard('password') {
  override canActivate(
    context: ExecutionContext,
  ): ReturnType<InstanceType<ReturnType<typeof AuthGuard>>['canActivate']> {
    const body = context.switchToHttp().getRequest<Request>().body as Record<string, unknown> | undefined;
    for (const field of ['email', 'password'] as const) {
      const value = body?.[field];
      if (typeof value !== 'string' || value === '') throw invalid(field, `${field} is missing.`);
      if (value.length > 1_000) throw invalid(field, `${field} is too long.`);
    }
    return super.canActivate(context);
  }
}
