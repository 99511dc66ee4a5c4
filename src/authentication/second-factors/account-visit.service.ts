import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalService } from '../../access/refusal.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { callerOf } from '../../policy/current.decorators.js';
import { UserService } from '../../users/user.service.js';
import { confirmUrl, signInUrl } from '../pages/links.js';
import type { Changer } from './factor-book.service.js';

export const FACTORS_PATH = '/account/second-factor';

/** The visit of a signed-in person to the pages about their second factors. */
@Injectable()
export class AccountVisit {
  constructor(
    private readonly users: UserService,
    private readonly refusals: RefusalService,
  ) {}

  /**
   * Shows or does something for whoever is signed in, and leads everybody else to the sign-in page. Where a fresh proof is
   * missing it leads to `/confirm`, where a second factor is to be proven first to the page that asks for it.
   * @param returnTo the page of ours to come back to from there
   */
  async by(
    request: Request,
    response: Response,
    returnTo: string,
    work: (visitor: Changer) => Promise<void>,
  ): Promise<void> {
    const { actor, sessionId } = callerOf(request);
    if (actor.kind !== 'user' || sessionId === null) {
      response.redirect(303, signInUrl(returnTo));
      return;
    }
    const visitor = { actor, sessionId, user: await this.users.get(actor.id) };
    await work(visitor).catch((error: unknown) => this.leadToProof(request, response, returnTo, error));
  }

  private async leadToProof(request: Request, response: Response, returnTo: string, error: unknown): Promise<void> {
    const to = error instanceof AppError ? proofFor(error, returnTo) : null;
    if (to === null || !(error instanceof AppError)) throw error;
    if (request.method === 'POST') await this.refusals.recordRequest(request, error);
    response.redirect(303, to);
  }
}

function proofFor({ code }: AppError, returnTo: string): string | null {
  if (code === 'STEP_UP_REQUIRED') return confirmUrl(returnTo);
  return code === 'SECOND_FACTOR_REQUIRED' ? FACTORS_PATH : null;
}
