/** Where the people of one domain have several identity providers. */
export interface ChooseConnectionPage {
  readonly email: string;
  /** Each with the same-origin address that begins the flow. */
  readonly connections: readonly { readonly name: string; readonly loginUrl: string }[];
  /** Leave out where the people of this domain may not use one. */
  readonly passwordUrl?: string | undefined;
}

/** What came of a test sign-in. */
export interface SsoTestPage {
  /** Whether it was of settings that are to take over. */
  readonly ofCandidate: boolean;
  /** Present where it failed; without it, it passed. */
  readonly cause?:
    | {
        readonly code: string;
        readonly explanation: string;
        readonly remedy: string;
        readonly detail?: string | undefined;
      }
    | undefined;
  /** As the provider named them; leave out where it did not come so far. */
  readonly person?:
    | {
        readonly email: string | null;
        readonly name: string | null;
        readonly subject: string | null;
        readonly issuer: string;
      }
    | undefined;
  readonly domains: readonly string[];
  readonly emailMatches: boolean | null;
  readonly account: 'KNOWN' | 'JOINED' | 'CREATED' | null;
  readonly role: string | null;
  /** Whether they would become a member by it. */
  readonly joins: boolean | null;
  readonly claims: readonly { readonly claim: string; readonly value: string }[];
}

/** One attempt to sign in, for whoever may look into it. */
export interface SignInTracePage {
  readonly outcome: 'UNDER_WAY' | 'SUCCEEDED' | 'REFUSED' | 'ABANDONED';
  /** Present where it failed. */
  readonly cause?:
    | {
        readonly code: string;
        readonly explanation: string;
        readonly remedy: string;
        readonly detail?: string | undefined;
      }
    | undefined;
  /** What it was for, in words. */
  readonly purpose: string;
  /** Key of the connection or provider. */
  readonly connection: string;
  readonly email: string | null;
  readonly redirectUri: string | null;
  readonly begunAt: Date;
  readonly steps: readonly {
    /** In words. */
    readonly name: string;
    readonly at: Date;
    readonly passed: boolean;
    readonly expected: string | null;
    readonly found: string | null;
  }[];
}
