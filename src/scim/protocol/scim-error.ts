import { AppError } from '../../platform/errors/app-error.js';
import type { ScimType } from './scim-problem.js';

/** Something in a SCIM request is not right, in words for whoever configures the identity provider. */
export function scimError(scimType: ScimType, message: string): AppError {
  return new AppError('VALIDATION_FAILED', { message, facts: { scimType } });
}

/** Another resource of the organization has this already (RFC 7644, 3.3). */
export function notUnique(message: string): AppError {
  return new AppError('CONFLICT', { message, facts: { scimType: 'uniqueness' } });
}
