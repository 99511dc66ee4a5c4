import { OutboundError } from '../../../platform/http/outbound-error.js';
import type { GithubSettings } from '../../sources/sign-in-source.types.js';
import { oneWord, refusalIn, type Stage } from '../oidc/explain-refusal.js';
import { toldValue } from '../check.types.js';
import type { ProviderProof } from '../provider-proof.types.js';
import { ProviderRefusal } from '../provider-refusal.types.js';
import type { Fetch } from '../outbound-fetch.js';
import type { OidcFlowSecrets, OnExchanged } from '../oidc/relying-party.types.js';
import { grantAnswer, listedEmails, userAnswer, type ListedEmail } from './github-answers.js';

/** The version of the API that the answers below are written for. */
const API_VERSION = '2022-11-28';

/**
 * One sign-in at GitHub: OAuth 2.0's code grant (RFC 6749 4.1) with PKCE, and then its API in place of an ID token. What the
 * API says is believed because it is asked with an access token that nobody but us has had.
 */
export class GithubRelyingParty {
  constructor(
    private readonly settings: GithubSettings,
    private readonly fetch: Fetch,
  ) {}

  /**
   * Turns the callback of a sign-in into proof of who somebody is: the subject is the number of the account, since a login
   * can be given up and taken by somebody else; the email is its primary one.
   * @param callback the redirect URI that the sign-in began with, and the query that the browser brought to it
   * @param onExchanged called when GitHub has taken the code
   * @throws ProviderRefusal
   */
  async redeem(
    callback: URL,
    flow: Pick<OidcFlowSecrets, 'verifier'>,
    onExchanged: OnExchanged,
  ): Promise<ProviderProof> {
    let stage: Stage = 'callback';
    try {
      const code = this.codeIn(callback);
      stage = 'token';
      const token = await this.exchange(code, callback, flow.verifier);
      onExchanged();
      stage = 'userinfo';
      const [user, emails] = await Promise.all([
        this.ask('/user', token),
        this.ask('/user/emails?per_page=100', token),
      ]);
      return this.proofOf(user, emails);
    } catch (error) {
      throw refusalIn(error, stage) ?? error;
    }
  }

  private codeIn({ searchParams }: URL): string {
    const [error, issuer, code] = ['error', 'iss', 'code'].map((name) => searchParams.get(name));
    // RFC 9207: GitHub promises none; one that is there must be its own.
    if (typeof issuer === 'string' && !this.ownNames().includes(issuer))
      throw new ProviderRefusal('CALLBACK_ISSUER', 'iss is another', {
        check: { expected: `iss ${this.settings.issuer}`, found: toldValue(issuer) },
      });
    if (typeof error === 'string')
      throw new ProviderRefusal('PROVIDER_DENIED', oneWord(error), {
        check: { expected: 'a code', found: toldValue(error) },
      });
    if (typeof code !== 'string' || code === '') throw new ProviderRefusal('CALLBACK_MALFORMED', 'no code');
    return code;
  }

  private ownNames(): string[] {
    return [this.settings.issuer, `${this.settings.issuer}/login/oauth`];
  }

  /** GitHub answers 200 whatever happens, and in a form unless it is asked for JSON. */
  private async exchange(code: string, callback: URL, verifier: string | null): Promise<string> {
    const { clientId, clientSecret, tokenEndpoint } = this.settings;
    const response = await this.fetch(tokenEndpoint, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret?.reveal() ?? '',
        code,
        redirect_uri: callback.origin + callback.pathname,
        ...(verifier === null ? {} : { code_verifier: verifier }),
      }),
    });
    const answer = grantAnswer.safeParse(await jsonOf(response, tokenEndpoint));
    if (!response.ok) throw unusable(response, tokenEndpoint);
    if (!answer.success)
      throw new ProviderRefusal('ISSUER_UNREACHABLE', 'the token endpoint gave neither a token nor an error');
    if ('error' in answer.data) {
      const check = {
        expected: `a token for the code, as client ${clientId}, with redirect_uri ${callback.origin}${callback.pathname}`,
        found: toldValue(answer.data.error),
      };
      throw new ProviderRefusal('CODE_REFUSED', oneWord(answer.data.error), { check });
    }
    return answer.data.access_token;
  }

  private async ask(path: string, token: string): Promise<unknown> {
    const url = this.settings.apiUrl + path;
    const response = await this.fetch(url, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'Gatehouse', // required: GitHub refuses who does not name themselves
        'x-github-api-version': API_VERSION,
      },
    });
    if (response.status === 200) return jsonOf(response, url);
    if (response.status >= 500 || response.status === 429) throw unusable(response, url);
    throw new ProviderRefusal('USERINFO_INVALID', `${path.replace(/\?.*/, '')} answered ${response.status}`, {
      check: { expected: 'HTTP 200', found: `HTTP ${response.status}` },
    });
  }

  private proofOf(user: unknown, emails: unknown): ProviderProof {
    const [account, list] = [userAnswer.safeParse(user), listedEmails.safeParse(emails)];
    if (!account.success) throw new ProviderRefusal('USERINFO_INVALID', 'id');
    if (!list.success) throw new ProviderRefusal('USERINFO_INVALID', 'emails');
    const { id, login, name } = account.data;
    const primary = primaryOf(list.data);
    return {
      issuer: this.settings.issuer,
      subject: String(id),
      email: primary?.email ?? null,
      emailVerified: primary?.verified,
      name: (name ?? '').trim() === '' ? login : (name ?? login),
      claims: { id, login },
    };
  }
}

/** Several primary ones would leave it to the order which counts. */
function primaryOf(emails: readonly ListedEmail[]): ListedEmail | null {
  const primary = emails.filter((email) => email.primary);
  return primary.length === 1 ? (primary[0] ?? null) : null;
}

async function jsonOf(response: Response, url: string): Promise<unknown> {
  const { status } = response;
  return response.json().catch((cause: unknown) => {
    throw new OutboundError('not-json', new URL(url).host, { status, cause });
  });
}

function unusable({ status }: Response, url: string): OutboundError {
  return new OutboundError('bad-status', new URL(url).host, { status });
}
