import type { Request } from 'express';
import type { PassportStrategy } from '../strategies/strategy.types.js';

/** How a Passport strategy has ended. What it gives is the strategy's own, and Passport has no type for it. */
export type StrategyResult =
  | { readonly outcome: 'success'; readonly user: unknown; readonly info: unknown }
  | { readonly outcome: 'redirect'; readonly url: string }
  | { readonly outcome: 'fail'; readonly challenge: unknown }
  | { readonly outcome: 'error'; readonly error: unknown };

/**
 * Runs a strategy on a request as Passport's middleware would, and tells how it ended instead of answering the request.
 * @param strategy made for this one request: its outcomes are hung on it
 */
export function runStrategy(strategy: PassportStrategy, request: Request): Promise<StrategyResult> {
  return new Promise((resolve) => {
    Object.assign(strategy, {
      success: (user: unknown, info?: unknown) => resolve({ outcome: 'success', user, info }),
      redirect: (url: string) => resolve({ outcome: 'redirect', url }),
      fail: (challenge: unknown) => resolve({ outcome: 'fail', challenge }),
      error: (error: unknown) => resolve({ outcome: 'error', error }),
      pass: () => resolve({ outcome: 'error', error: new Error('The strategy passed the request on') }),
    });
    try {
      strategy.authenticate(request);
    } catch (error) {
      resolve({ outcome: 'error', error });
    }
  });
}
