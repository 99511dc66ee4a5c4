import type { Browser, Page, Response } from 'playwright-core';
import { axeViolations, observeNews, openPage } from './browser.js';

/** How a visitor's browser is set up. Together they have met JavaScript on and off, and both schemes. */
export const looks = [
  { name: 'light, with JavaScript', slug: 'light', javaScript: true, colorScheme: 'light' },
  { name: 'dark, without JavaScript', slug: 'dark', javaScript: false, colorScheme: 'dark' },
] as const;

export type Look = (typeof looks)[number];

const BYTES_OF_A_PAGE = 10_000;

/** To the letter: whoever loosens it has to come by here. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The pages that ask for a passkey may run scripts of ours, and those pages alone. */
const scriptedPolicy = `${policy}; script-src 'self'`;
const asksForPasskey = /\/passkeys?$/;

const headers = {
  'content-security-policy': policy,
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A browser at the hosted pages of one origin. */
export interface Visit {
  readonly page: Page;
  /**
   * What is wrong with the page as it stands (axe) and with all that was loaded since the last look: answers past 10 kB,
   * other headers than they should have, refusals by the policy, errors in the console, requests to elsewhere.
   */
  faults(): Promise<string[]>;
  /** Types into the fields of these names, and presses Enter in the last. */
  submit(fields: Readonly<Record<string, string>>): Promise<void>;
  /** Clicks the link or the button of this name, and waits for the page that comes. */
  go(name: string): Promise<void>;
  /** Where the cursor is, and what a screen reader says of it. */
  focus(): Promise<Focus>;
  /** The heading, by which a person knows where they are. */
  heading(): Promise<string>;
  /** The path of the address. */
  path(): string;
  /** Makes the browser as good as new: opening another one takes longer. */
  forget(): Promise<void>;
  end(): Promise<void>;
}

export interface Focus {
  readonly name: string | null;
  readonly description: string;
  readonly isInvalid: boolean;
}

/**
 * @param origin of the hosted pages · @param elsewhere origins that may be asked besides, such as a provider's; what they
 *   answer is their business
 */
export async function visit(
  browser: Browser,
  origin: string,
  look: Pick<Look, 'javaScript' | 'colorScheme'>,
  elsewhere: readonly string[] = [],
): Promise<Visit> {
  const page = await openPage(browser, look);
  const loaded: string[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).origin === origin) loaded.push(...faultsOf(response));
  });

  return {
    page,
    faults: async () => {
      const { complaints, cspViolations, requests } = observeNews(page);
      const errors = complaints.filter((text) => !/^Failed to load resource: .* status of 4/.test(text));
      const strays = requests.filter((url) => ![origin, ...elsewhere].includes(new URL(url).origin));
      return [...loaded.splice(0), ...errors, ...cspViolations, ...strays, ...(await axeViolations(page))];
    },
    submit: async (fields) => {
      const names = Object.keys(fields);
      for (const name of names) await page.fill(`#${name}`, fields[name] ?? '');
      await Promise.all([page.waitForEvent('load'), page.press(`#${names.at(-1) ?? ''}`, 'Enter')]);
    },
    go: async (name) => {
      const target = page.locator('main').getByRole('link', { name }).or(page.getByRole('button', { name }));
      await Promise.all([page.waitForEvent('load'), target.click()]);
    },
    focus: () => settledFocus(page),
    heading: () => page.locator('h1').innerText(),
    path: () => new URL(page.url()).pathname,
    forget: async () => {
      await page.unrouteAll();
      await page.context().clearCookies();
      await page.goto('about:blank');
      loaded.length = 0;
      observeNews(page);
    },
    end: () => page.context().close(),
  };
}

/**
 * Ours come as pages and as assets: both have a size, and pages have a policy. The size is what the header says, which
 * HTTP holds a server to: the body of an answer that a browser leaves half-read may never come.
 */
function faultsOf(response: Response): string[] {
  if (response.status() >= 300 && response.status() < 400) return [];
  const size = response.headers()['content-length'];
  const wrong = Number(size) < BYTES_OF_A_PAGE ? [] : [`${size ?? 'no number of'} bytes`];
  if (response.request().isNavigationRequest()) {
    const given = response.headers();
    const isScripted = response.status() === 200 && asksForPasskey.test(new URL(response.url()).pathname);
    const wanted = isScripted ? { ...headers, 'content-security-policy': scriptedPolicy } : headers;
    const differing = Object.entries(wanted).filter(([name, value]) => given[name] !== value);
    wrong.push(...differing.map(([name]) => `${name}: ${given[name] ?? 'none'}`));
  }
  return wrong.map((text) => `${response.url()}: ${text}`);
}

/** A browser moves the cursor to its place when it paints, which may be after the page has loaded. */
async function settledFocus(page: Page): Promise<Focus> {
  const end = performance.now() + 2_000;
  for (;;) {
    const focus = await page.evaluate<Focus>(readFocus);
    if (focus.name !== null || performance.now() > end) return focus;
    await page.waitForTimeout(20);
  }
}

const readFocus = `(() => {
  const focused = document.activeElement;
  const ids = (focused.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
  const name = focused.getAttribute('name') ?? focused.getAttribute('role') ?? (focused.innerText || null);
  return {
    name: focused === document.body ? null : name,
    description: ids.map((id) => document.getElementById(id).innerText).join(' '),
    isInvalid: focused.getAttribute('aria-invalid') === 'true',
  };
})()`;
