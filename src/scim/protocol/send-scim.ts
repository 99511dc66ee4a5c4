import type { Response } from 'express';

/** Answers with a message of SCIM (RFC 7644, 8.1). */
export function sendScim(response: Response, status: number, body: object): void {
  response.status(status).type('application/scim+json').send(JSON.stringify(body));
}
