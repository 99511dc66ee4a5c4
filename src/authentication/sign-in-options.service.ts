import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { AppError, invalid } from '../platform/errors/app-error.js';
import { parseEmailAddress, type EmailAddress } from '../platform/text/email-address.js';
import { SignInSourceService } from '../sso/sign-in-source.service.js';
import { SsoDiscoveryService } from '../sso/sso-discovery.service.js';

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
    }
  | { readonly next: 'password'; readonly providers: readonly ProviderOption[] };

@Injectable()
export class SignInOptionsService {
  constructor(
    private readonly sources: SignInSourceService,
    private readonly discovery: SsoDiscoveryService,
    private readonly config: Config,
  ) {}

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
    const found = await this.discovery.forEmailDomain(email.domain);
    const enforcement = await this.discovery.enforcementFor(email.domain);
    // The operator may leave a domain no password without a connection: a provider of the instance is its way then.
    const source = found?.source ?? this.sources.configured().find(({ loginUrl }) => loginUrl === enforcement?.loginUrl);
    if (!source) return { next: 'password', providers: this.providers() };
    const loginUrl = `${source.loginUrl}?login_hint=${encodeURIComponent(email.address)}`;
    return { next: 'sso', connection: source.key, name: source.name, enforced: enforcement !== null, loginUrl };
  }

  /**
   * Refuses to ask for a password that would not be looked at. Depends on the email's domain alone, too.
   * @throws VALIDATION_FAILED when it is no email; PASSWORD_DISABLED; SSO_REQUIRED with `loginUrl`
   */
  async assertPasswordUsable(typed: string): Promise<void> {
    const email = emailIn(typed);
    if (this.config.passwordDisabled) throw new AppError('PASSWORD_DISABLED');
    const enforcement = await this.discovery.enforcementFor(email.domain);
    if (enforcement) throw new AppError('SSO_REQUIRED', { facts: { loginUrl: enforcement.loginUrl } });
  }

  private providers(): ProviderOption[] {
    return this.sources.configured().map(({ key, name, loginUrl }) => ({ key, name, loginUrl }));
  }
}

function emailIn(typed: string): EmailAddress {
  const email = parseEmailAddress(typed);
  if (!email) throw invalid('email', 'email must be one email address, such as ada@example.com.');
  return email;
}
