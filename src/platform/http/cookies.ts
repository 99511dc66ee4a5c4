import type { Request } from 'express';

/** The value of one cookie; null when there is none or it is no text that we would have written. */
export function readCookie(request: Request, name: string): string | null {
  return cookieIn(request.get('cookie'), name);
}

/** As `readCookie`, from the header itself. */
export function cookieIn(header: string | undefined, name: string): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value !== undefined && /^[\w.-]{1,300}$/.test(value) ? value : null;
}
