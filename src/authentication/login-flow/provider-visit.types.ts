import type { Request } from 'express';
import type { FlowPurpose } from './login-flow.types.js';

/** A request for one step of a sign-in through a provider. */
export interface Visit {
  readonly request: Request;
  /** The provider or connection, as the address names it. */
  readonly key: string;
  /** Which of a provider's two redirect URIs belongs to the address that was visited. */
  readonly address: 'callbackUrl' | 'aliasCallbackUrl';
  /** What the flow cookie holds. */
  readonly browser: string | null;
}

/** A visit that begins a sign-in: the browser has its flow cookie, or is given one with the answer. */
export type FirstVisit = Visit & { readonly browser: string };

/** What a visitor asks for who begins a sign-in; each part already checked. */
export interface Wish {
  readonly returnTo: string;
  readonly loginHint: string | null;
  /** The issuer that the visitor believes to be sent to; null for whichever it is. */
  readonly issuer: string | null;
  readonly purpose: FlowPurpose;
}
