import { ForwardAuth } from '../check/forward-auth.service.js';
import { SessionCheckService } from '../check/session-check.service.js';
import { SessionLookup } from '../check/session-lookup.service.js';
import { CallerMiddleware } from './caller.middleware.js';
import { SessionCookie } from './session-cookie.service.js';
import { SessionManagementResolver } from './session-management.resolver.js';
import { SessionManagementService } from './session-management.service.js';

/** What a session is recognised by, asked for, and ended with. */
export const sessionProviders = [
  CallerMiddleware,
  ForwardAuth,
  SessionCheckService,
  SessionCookie,
  SessionLookup,
  SessionManagementResolver,
  SessionManagementService,
];
