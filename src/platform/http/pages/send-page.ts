import type { Response } from 'express';
import { pageHeaders, scriptedPageHeaders } from './page-renderer.js';

/** Sends a hosted page, with the policy that allows it its stylesheet and its forms and nothing else. */
export function sendPage(response: Response, html: string, status = 200): void {
  response.status(status).set(pageHeaders).send(html);
}

/** Sends a hosted page that asks for a passkey. */
export function sendScriptedPage(response: Response, html: string, status = 200): void {
  response.status(status).set(scriptedPageHeaders).send(html);
}
