import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { buildSchema, graphql } from 'graphql';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { cspViolations, launchBrowser, observe, openPage } from '../../../test/support/browser.js';
import { pageAssets } from '../http/pages/page-assets.js';
import { explorer } from './explorer.js';

/** As much of the schema as the welcome query needs. */
const schema = buildSchema(`
  type Query { viewer: Viewer!, organizations(first: Int): OrganizationConnection! }
  type Viewer { id: ID! }
  type OrganizationConnection { nodes: [Organization!]! }
  type Organization { id: ID!, name: String!, slug: String!, plan: String! }
  type Mutation { createOrganization(input: CreateOrganizationInput!): CreateOrganizationPayload! }
  input CreateOrganizationInput { name: String!, idempotencyKey: String }
  type CreateOrganizationPayload { organization: Organization! }
`);
const organization = { id: '1', name: 'Acme of the explorer', slug: 'acme', plan: 'self-hosted' };
const rootValue = { viewer: { id: 'mia' }, organizations: { nodes: [organization] } };

interface Call {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { readonly query: string; readonly operationName?: string };
}

describe('the explorer', () => {
  const calls: Call[] = [];
  let server: Server;
  let origin: string;
  let browser: Browser;

  beforeAll(async () => {
    const app = express().use(pageAssets(), explorer(), express.json());
    app.post('/graphql', (request, response, next) => {
      const body = request.body as Call['body'];
      calls.push({ headers: request.headers, body });
      graphql({ schema, rootValue, source: body.query, operationName: body.operationName ?? null })
        .then((result) => response.json(result))
        .catch(next);
    });
    server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('runs its welcome query in a real browser, asking no other origin and breaking no policy', async () => {
    const page = await openPage(browser);
    await page.goto(`${origin}/graphiql`);
    await page.getByRole('button', { name: /execute query/i }).click();
    await page.getByRole('menuitem', { name: 'Start' }).click();
    await page.getByText('Acme of the explorer').waitFor();

    const { complaints, requests } = observe(page);
    expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);
    expect(cspViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('calls the API as the visitor, with the header that another site cannot send', async () => {
    calls.length = 0;
    const page = await openPage(browser);
    await page.context().addCookies([{ name: 'gatehouse', value: 'session', url: origin }]);
    await Promise.all([page.waitForResponse(`${origin}/graphql`), page.goto(`${origin}/graphiql`)]);

    expect(calls[0]?.headers).toMatchObject({
      'apollo-require-preflight': 'true',
      cookie: 'gatehouse=session',
      origin,
    });
    await page.context().close();
  });

  it('is sent with a policy of its own: scripts from files of this origin, calls to this origin', async () => {
    const response = await fetch(`${origin}/graphiql`);
    const policy = response.headers.get('content-security-policy') ?? '';

    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/);
    expect(await response.text()).not.toMatch(/(src|href)="(?!\/(graphiql\/)?assets\/)/);
  });

  it('names its files by their content, so that a browser keeps them', async () => {
    const html = await (await fetch(`${origin}/graphiql`)).text();
    const files = [...html.matchAll(/"(\/graphiql\/assets\/[^"]*)"/g)].map(([, address]) => address ?? '');

    expect(files).toHaveLength(6);
    for (const file of files) {
      const response = await fetch(origin + file);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(response.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/);
    }
  });
});
