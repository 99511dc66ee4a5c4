import { escapeHtml, page } from './page.js';

export interface OpenIdAccount {
  readonly sub: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
}

interface SignInPage {
  /** What the provider is called, such as `Acme's Okta`. */
  readonly provider: string;
  readonly accounts: readonly OpenIdAccount[];
  /** Where the form goes. */
  readonly action: string;
  /** The address that the relying party sent along, or that was typed before. */
  readonly email: string;
  readonly problem?: string;
}

const standIn = (provider: string): string =>
  `<p class="quiet">A stand-in for a company's identity provider. It asks for no password: say who you are, and ${escapeHtml(provider)} vouches for you.</p>`;

/** One button an account, the one that was asked for first; the field is for addresses that are not on a button. */
export function signInPage({ provider, accounts, action, email, problem }: SignInPage): string {
  const asked = accounts.find((account) => account.email.toLowerCase() === email.toLowerCase());
  const ordered = asked ? [asked, ...accounts.filter((account) => account !== asked)] : accounts;
  return page({
    title: provider,
    body: `<h1>${escapeHtml(provider)}</h1>
${standIn(provider)}
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post" action="${escapeHtml(action)}">
${ordered.map((account) => accountButton(account, account === asked)).join('\n')}
</form>
<form method="post" action="${escapeHtml(action)}">
<label for="email">Or by email address</label>
<input id="email" name="email" type="email" required autocomplete="off" value="${asked ? '' : escapeHtml(email)}">
<button>Continue</button>
</form>`,
  });
}

function accountButton({ sub, name, email, emailVerified }: OpenIdAccount, isAsked: boolean): string {
  const note = emailVerified ? email : `${email} (not verified)`;
  return `<button name="account" value="${escapeHtml(sub)}"${isAsked ? ' class="first" autofocus' : ''}>${escapeHtml(name)}<small>${escapeHtml(note)}</small></button>`;
}

/** `form` is the provider's own, with its token in it; the buttons belong to it by its id. */
export function signOutPage(provider: string, form: string): string {
  return page({
    title: `Sign out of ${provider}`,
    body: `<h1>Sign out of ${escapeHtml(provider)}?</h1>
${form}
<button form="op.logoutForm" name="logout" value="yes" class="first" autofocus>Sign out</button>
<button form="op.logoutForm">Stay signed in</button>`,
  });
}

export function messagePage(provider: string, message: string): string {
  return page({ title: provider, body: `<h1>${escapeHtml(provider)}</h1>\n<p>${escapeHtml(message)}</p>` });
}
