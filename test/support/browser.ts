import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Chromium that keeps to itself: without these it asks its maker for updates, and QUIC, the GPU process and shared memory need more than a container has. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // One process for all pages, where else each page that is gone to would get another.
  '--renderer-process-limit=1',
];

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a page did that nobody sees on it. */
export interface PageObservations {
  /** Console messages of level error or warning and uncaught errors, in order. */
  readonly complaints: string[];
  /** Refusals by the content security policy. */
  readonly cspViolations: string[];
  /** Addresses asked for over the network, in order. */
  readonly requests: string[];
}

export interface PageOptions {
  /** Default true. */
  readonly javaScript?: boolean;
  readonly colorScheme?: 'light' | 'dark';
  /** CSS pixels; the default is 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Device pixels per CSS pixel; the default is 1. */
  readonly scale?: number;
}

const observed = new WeakMap<Page, PageObservations>();

/** Starts the installed Chromium with a profile of its own, removed when it closes. `CHROMIUM` names another binary. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: flags });
}

/** Opens a page with cookies of its own; close its context when done. What it does is collected: see `observe`. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    javaScriptEnabled: options.javaScript ?? true,
    colorScheme: options.colorScheme ?? 'light',
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.scale ?? 1,
  });
  const page = await context.newPage();
  observed.set(page, collect(page));
  return page;
}

/** All that the page has complained of and asked for since it was opened. */
export function observe(page: Page): PageObservations {
  const observations = observed.get(page);
  if (!observations) throw new Error('Only a page from openPage is observed.');
  return observations;
}

/** What has come since the last call. */
export function observeNews(page: Page): PageObservations {
  const { complaints, cspViolations, requests } = observe(page);
  return { complaints: complaints.splice(0), cspViolations: cspViolations.splice(0), requests: requests.splice(0) };
}

/** The refusals by the content security policy since the page was opened. */
export function cspViolations(page: Page): readonly string[] {
  return observe(page).cspViolations;
}

/**
 * What axe finds wrong with the page as it stands, by all its rules (WCAG 2.2 A and AA, best practices): one line for each element.
 * axe is a script and writes style attributes, and our pages allow neither, so what is examined is a twin: the page's
 * present HTML without its policy and without what would lead on from it, at the same address, in the same scheme and size. A page with JavaScript off can be examined too.
 */
export async function axeViolations(page: Page): Promise<string[]> {
  const browser = page.context().browser();
  if (!browser) throw new Error('The page has no browser.');
  const dark = await page.evaluate<boolean>('matchMedia("(prefers-color-scheme: dark)").matches');
  const body = (await page.content()).replace(leadsOn, '');
  const twin = await twinOf(browser);
  try {
    await twin.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await twin.setViewportSize(page.viewportSize() ?? { width: 1280, height: 800 });
    await bringAxeTo(twin, page.url());
    await twin.setContent(body);
    // A button that is on its way from one colour to another has neither.
    await twin.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => 0)');
    return await twin.evaluate<string[]>(`axe.run().then(({ violations }) => violations.flatMap(
      ({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => [id, help, target.join(' '), failureSummary].join(' | '))))`);
  } catch (error) {
    // Whatever state it is in, the next page is not to suffer from it.
    twins.delete(browser);
    throw error;
  }
}

const leadsOn = /<meta http-equiv="refresh"[^>]*>/;

const twins = new WeakMap<Browser, Promise<Page>>();

/** One for all pages of a browser, one after another: opening a page costs more than examining it. Closes with the browser. */
function twinOf(browser: Browser): Promise<Page> {
  const twin = twins.get(browser) ?? browser.newContext().then((context) => context.newPage());
  twins.set(browser, twin);
  return twin;
}

/** axe takes longer to load than to run. It stays while the page is written anew, and goes when it leaves the origin. */
async function bringAxeTo(twin: Page, url: string): Promise<void> {
  if (new URL(twin.url()).origin !== new URL(url).origin) {
    await twin.route(url, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: '' }));
    await twin.goto(url);
    await twin.unrouteAll();
    await twin.evaluate(`${axeSource}; 0`);
  }
  await twin.evaluate(`history.replaceState(null, '', ${JSON.stringify(url)})`);
}

function collect(page: Page): PageObservations {
  const observations: PageObservations = { complaints: [], cspViolations: [], requests: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') observations.complaints.push(message.text());
    if (/content security policy/i.test(message.text())) observations.cspViolations.push(message.text());
  });
  page.on('pageerror', (error) => observations.complaints.push(String(error)));
  page.on('request', (request) => observations.requests.push(request.url()));
  return observations;
}
