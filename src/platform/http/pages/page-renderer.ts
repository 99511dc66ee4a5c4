import { Injectable } from '@nestjs/common';
import path from 'node:path';
import { PageEngine } from './page-engine.js';
import type { PageModels } from './page-models.js';

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
];

/**
 * Headers of every hosted page.
 * `same-origin` rather than `no-referrer`: under the latter a browser posts a form with `Origin: null`, which the check
 * against cross-site requests refuses (Fetch, "append a request Origin header").
 */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': policy.join('; '),
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** Those of a page that asks for a passkey, which a browser gives to a script alone: ours, by its address. */
export const scriptedPageHeaders = {
  ...pageHeaders,
  'Content-Security-Policy': [...policy, "script-src 'self'"].join('; '),
} as const;

/** Renders the hosted pages. They are whole HTML documents, hold no script but that of `passkey`, and are to be sent with `pageHeaders`. */
@Injectable()
export class PageRenderer {
  private readonly engine = new PageEngine(path.join(import.meta.dirname, 'templates'));

  render<Name extends keyof PageModels>(template: Name, model: PageModels[Name]): string {
    return this.engine.render(template, model);
  }
}
