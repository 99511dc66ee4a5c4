import type { FormState } from './form-state.js';

export interface AccountPage {
  readonly user: { readonly name: string; readonly email: string; readonly emailVerified: boolean };
  readonly hasPassword: boolean;
  readonly identities: readonly {
    readonly id: string;
    readonly name: string;
    readonly lastSignedInAt: Date;
    /** Whether the provider or connection is there to sign in with. */
    readonly inUse: boolean;
  }[];
  /** The providers by which they could sign in besides. */
  readonly linkable: readonly { readonly key: string; readonly name: string }[];
  readonly notice?: string | undefined;
  readonly alert?: string | undefined;
}

export interface AccountEmailPage extends FormState<'email'> {
  readonly current: string;
  /** As typed; empty at first. */
  readonly email: string;
}

export interface AccountPasswordPage extends FormState<'password'> {
  readonly email: string;
  readonly passwordMinLength: number;
}

export interface SessionsPage {
  readonly sessions: readonly {
    readonly id: string;
    /** Browser and system in words. */
    readonly device: string;
    readonly isCurrent: boolean;
    /** How they proved who they are, in words: "Password and a code". */
    readonly proof: string;
    readonly connection?: string | undefined;
    /** Address and network, in words. */
    readonly place?: string | undefined;
    readonly createdAt: Date;
    readonly lastSeenAt: Date;
  }[];
  /** Leave out where there are no more. */
  readonly olderUrl?: string | undefined;
  readonly alert?: string | undefined;
  readonly notice?: string | undefined;
}
