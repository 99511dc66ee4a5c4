import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { parseEmailAddress, type EmailAddress } from '../../platform/text/email-address.js';
import { SignInSourceService } from '../../sso/sources/sign-in-source.service.js';
import { SsoDiscoveryService } from '../../sso/sources/sso-discovery.service.js';
import { signInRefusals } from './sign-in-refused.js';
import { RelyingParty } from '../strategies/passkey/relying-party.service.js';

interface ProviderOption {
  readonly key: string;
  readonly name: string;
  readonly loginUrl: string;
}

/** What the sign-in page offers to everybody. */
export interface SignInOptions {
  readonly signUp: boolean;
  readonly password: boolean;
  readonly providers: readonly ProviderOption[];
}

/** Where somebody with this email goes on. */
export type Discovery =
  | {
      readonly next: 'sso';
      readonly connection: string;
      readonly name: string;
      readonly enforced: boolean;
      readonly loginUrl: string;
      /** All that the person may choose from, the one above first. */
      readonly connections: readonly ProviderOption[];
    }
  | { readonly next: 'password'; readonly providers: readonly ProviderOption[] };

@Injectable()
export class SignInOptionsService {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly discovery: SsoDiscoveryService,
    private readonly relyingParty: RelyingParty,
    private readonly config: Config,
  ) {}

  /** Whether browsers have passkeys for this address. */
  get hasPasskeys(): boolean {
    return this.relyingParty.hasPasskeys;
  }

  list(): SignInOptions {
    return {
      signUp: !this.config.signUpDisabled && !this.config.passwordDisabled,
      password: !this.config.passwordDisabled,
      providers: this.providers(),
    };
  }

  /**
   * The answer depends on the email's domain alone, so that it tells nothing of who has an account.
   * @throws VALIDATION_FAILED when it is no email
   */
  async discover(typed: string): Promise<Discovery> {
    const email = emailIn(typed);
    const { choices, enforcement } = await this.discovery.waysOf(email.domain);
    // The operator may leave a domain no password without a connection: a provider of the instance is its way then.
    const sources =
      choices.length > 0
        ? choices.map(({ source }) => source)
        : this.sources.configured().filter(({ loginUrl }) => loginUrl === enforcement?.loginUrl);
    const connections = sources.map(({ key, name, loginUrl }) => ({
      key,
      name,
      loginUrl: `${loginUrl}?login_hint=${encodeURIComponent(email.address)}`,
    }));
    const [first] = connections;
    if (!first) return { next: 'password', providers: this.providers() };
    const { key: connection, name, loginUrl } = first;
    return { next: 'sso', connection, name, enforced: enforcement !== null, loginUrl, connections };
  }

  /**
   * Refuses to ask for a password that would not be looked at. Depends on the email's domain alone, too.
   * @param typed the email; null where it is yet to be typed
   * @throws PASSWORD_DISABLED; VALIDATION_FAILED when it is no email; SSO_REQUIRED with `loginUrl`
   */
  async assertPasswordUsable(typed: string | null): Promise<void> {
    if (this.config.passwordDisabled) throw refusal('PASSWORD_DISABLED');
    if (typed === null) return;
    const enforcement = await this.discovery.enforcementFor(emailIn(typed).domain);
    if (enforcement) throw refusal('SSO_REQUIRED', { loginUrl: enforcement.loginUrl });
  }

  /**
   * The providers for a browser in which somebody came in by `lastMethod`: that one first, be it a connection that is not
   * offered to everybody.
   */
  async listFor(lastMethod: string | null): Promise<(ProviderOption & { readonly lastUsed: boolean })[]> {
    const others = this.providers().filter(({ key }) => key !== lastMethod);
    const last = lastMethod === null ? null : await this.sources.findByKey(lastMethod);
    const first = last ? [{ key: last.key, name: last.name, loginUrl: last.loginUrl, lastUsed: true }] : [];
    return [...first, ...others.map((provider) => ({ ...provider, lastUsed: false }))];
  }

  /** @param email canonical, of somebody who is signed in */
  async isPasskeyUsable(email: string): Promise<boolean> {
    return this.hasPasskeys && (await this.discovery.enforcementFor(emailIn(email).domain)) === null;
  }

  private providers(): ProviderOption[] {
    return this.sources.configured().map(({ key, name, loginUrl }) => ({ key, name, loginUrl }));
  }
}

/** In the words of a refused sign-in, though nobody has tried one: there is nothing for the trail to tell. */
function refusal(
  reason: 'PASSWORD_DISABLED' | 'SSO_REQUIRED',
  facts: Readonly<Record<string, unknown>> = {},
): AppError {
  const { code, explanation } = signInRefusals[reason];
  return new AppError(code, { message: explanation, facts });
}

function emailIn(typed: string): EmailAddress {
  const email = parseEmailAddress(typed);
  if (!email) throw invalid('email', 'email must be one email address, such as ada@example.com.');
  return email;
}
