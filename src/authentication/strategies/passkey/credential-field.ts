import type { Request } from 'express';

/** What the script of a page has put into the form: the JSON of a PublicKeyCredential, longer than what anybody types. */
export function credentialField(request: Request): string {
  const value = (request.body as Record<string, unknown> | undefined)?.credential;
  return typeof value === 'string' ? value : '';
}
