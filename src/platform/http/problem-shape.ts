import type { Request, Response } from 'express';
import type { AppError } from '../errors/app-error.js';

/** How errors look to the clients of some addresses, where their protocol says it in another way than RFC 9457. */
export interface ProblemShape {
  readonly paths: RegExp;
  send(response: Response, error: AppError, requestId: string): void;
}

/** By the whole path: within a middleware `path` is what is left of it behind where that is mounted. */
export function shapeFor({ originalUrl }: Request, shapes: readonly ProblemShape[]): ProblemShape | undefined {
  const path = originalUrl.replace(/\?.*/s, '');
  return shapes.find(({ paths }) => paths.test(path));
}
