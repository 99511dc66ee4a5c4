import type { Request } from 'express';
import type { Origin } from '../../policy/actor.js';
import { originOf } from '../../policy/request-origin.js';
import type { KnownDeviceCookie } from './known-device-cookie.service.js';

/** Whoever tries to sign in. */
export interface Visitor {
  readonly origin: Origin;
  /** What names their browser for an account that it has been signed in to before; null for any other. */
  readonly deviceOf: (userId: string) => string | null;
}

export function visitorOf(request: Request, devices: KnownDeviceCookie): Visitor {
  return { origin: originOf(request), deviceOf: (userId) => devices.read(request, userId) };
}
