import { expect } from '@jest/globals';
import { ApiError } from './api-error.js';
import type { Person } from './factories.js';
import type { HttpAnswer } from './servers/http-client.js';
import { unescapeHtml } from './servers/page.js';

export interface SetupLinkAnswer {
  readonly id: string;
  readonly note: string | null;
  readonly state: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly useCount: number;
  readonly createdBy: string;
  readonly domain: { readonly name: string } | null;
}

export const setupLinkFields = 'id note state createdAt expiresAt lastUsedAt useCount createdBy domain { name }';

export interface CreatedSetupLink extends SetupLinkAnswer {
  readonly url: string;
  /** Of the address. */
  readonly path: string;
  readonly token: string;
}

/** @throws ApiError */
export async function createSetupLink(by: Person, input: object): Promise<CreatedSetupLink> {
  const { data, errors } = await by.browser.graphql<{
    createSsoSetupLink: { setupLink: SetupLinkAnswer; url: string };
  }>(
    `mutation ($input: CreateSsoSetupLinkInput!) { createSsoSetupLink(input: $input) { setupLink { ${setupLinkFields} } url } }`,
    { input },
  );
  if (!data) throw new ApiError(errors[0]);
  const { setupLink, url } = data.createSsoSetupLink;
  const { pathname: path } = new URL(url);
  const token = path.slice(path.lastIndexOf('/') + 1);
  expect(token).toMatch(/^[\w-]{43}$/);
  return { ...setupLink, url, path, token };
}

/** @throws ApiError */
export async function revokeSetupLink(by: Person, setupLinkId: string): Promise<SetupLinkAnswer> {
  const { data, errors } = await by.browser.graphql<{ revokeSsoSetupLink: { setupLink: SetupLinkAnswer } }>(
    `mutation ($input: RevokeSsoSetupLinkInput!) { revokeSsoSetupLink(input: $input) { setupLink { ${setupLinkFields} } } }`,
    { input: { setupLinkId } },
  );
  if (!data) throw new ApiError(errors[0]);
  return data.revokeSsoSetupLink.setupLink;
}

/** The words of a page, without its markup. */
export const wordsOf = ({ text }: HttpAnswer): string =>
  unescapeHtml(
    text
      .slice(text.indexOf('<main'), text.indexOf('</main'))
      .replace(/<\/?(?:strong|bdi|code|a|time)\b[^>]*>/g, '')
      .replace(/<[^>]*>/g, ' '),
  )
    .replace(/\s+/g, ' ')
    .trim();

/** What stands in a hidden field or a text field of this name; null where there is none. */
export function valueIn({ text }: HttpAnswer, name: string): string | null {
  const input = new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(text)?.[0];
  const value = input === undefined ? undefined : /\svalue="([^"]*)"/.exec(input)?.[1];
  return value === undefined ? null : unescapeHtml(value);
}

/** The words beside the field of this name that say what is wrong with it; null where nothing is. */
export function errorIn({ text }: HttpAnswer, name: string): string | null {
  const words = new RegExp(`id="${name}-error"[^>]*>([^<]*)<`).exec(text)?.[1];
  return words === undefined ? null : unescapeHtml(words);
}

/** The values that are there to be copied. */
export const copiedFrom = ({ text }: HttpAnswer): string[] =>
  [...text.matchAll(/<code class="copy">([^<]*)</g)].map(([, value = '']) => unescapeHtml(value));
