import type { Request, Response } from 'express';
import { logProblem, toAppError } from '../../platform/http/problem.js';
import type { Logger } from '../../platform/logging/logger.js';
import { SignInRefused } from '../sign-in/sign-in-refused.js';
import { publicCodeOf } from '../strategies/provider-refusals.js';

/** 303, so that nothing of this request is repeated there; and no trace of its address (RFC 9700 4.2.4). */
export function leaveFor(response: Response, url: string): void {
  response.set({ 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' }).redirect(303, url);
}

/** Leads to the page that explains what went wrong at a provider, with the reference under which the log has it. */
export function leaveForExplanation(logger: Logger, request: Request, response: Response, error: unknown): void {
  logProblem(logger, toAppError(error), request, `${request.method} ${request.path}`);
  const code = error instanceof SignInRefused ? publicCodeOf(error.reason) : 'SIGN_IN_FAILED';
  leaveFor(response, `/auth-error?${new URLSearchParams({ code, ref: request.requestId ?? '' }).toString()}`);
}
