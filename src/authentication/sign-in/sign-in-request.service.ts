import type { Request } from 'express';
import { callerOf } from '../../policy/current.decorators.js';
import { originOf } from '../../policy/request-origin.js';
import type { SignInRequest } from './session-opener.service.js';

/** What a sign-in needs to know of the request that brings it. */
export function signInRequest(request: Request): SignInRequest {
  return { origin: originOf(request), previousSessionId: callerOf(request).sessionId };
}
