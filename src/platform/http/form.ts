import type { Request } from 'express';

/** One field of a form; empty when it is missing, came twice, or is too long to have been typed. */
export function formField(request: Request, name: string, longest = 1_000): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' && value.length <= longest ? value : '';
}
