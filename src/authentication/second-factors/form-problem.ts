import { AppError } from '../../platform/errors/app-error.js';

/** What the form itself can tell; that a proof is missing leads elsewhere, and anything else is a failure. */
const told = new Set([
  'VALIDATION_FAILED',
  'CONFLICT',
  'INVALID_CODE',
  'INVALID_PASSKEY',
  'RATE_LIMITED',
  'SSO_REQUIRED',
]);

/** @throws the error itself where it is not the form's to tell */
export function asFormProblem(error: unknown): AppError {
  if (error instanceof AppError && told.has(error.code)) return error;
  throw error;
}
