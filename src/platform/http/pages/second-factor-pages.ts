/**
 * What the pages about second factors are told. Their forms, all under `/account/second-factor`:
 *
 * | template          | form                                          | fields                   |
 * |-------------------|-----------------------------------------------|--------------------------|
 * | `second-factors`  | `POST /remove`                                | `id`                     |
 * |                   | `POST /recovery-codes`                        |                          |
 * |                   | `POST /passkeys`                              | `name`                   |
 * |                   | `POST /prove`, `POST /prove/passkey`          | `code`, none             |
 * | `totp`            | `POST /totp`                                  | `enrolment code`         |
 * | `passkey-details` | `POST /passkeys/:id`, `POST /remove`          | `name`, `id`             |
 */
interface Problems<Field extends string> {
  readonly alert?: string | undefined;
  readonly errors?: Readonly<Partial<Record<Field, string | undefined>>> | undefined;
}

/** The second step of a sign-in. */
export interface SecondStepPage extends Problems<'code'> {
  readonly returnTo: string;
  /** Whether the person has an app that gives codes; otherwise they are asked for a recovery code. */
  readonly totp: boolean;
  readonly passkey: boolean;
}

/** Asks the browser for a passkey, by the one script that there is. */
export interface PasskeyPage {
  readonly heading: string;
  readonly lead: string;
  /** `create` makes one, `get` uses one. */
  readonly ceremony: 'create' | 'get';
  /** What `navigator.credentials` needs, as JSON. */
  readonly options: string;
  /** Where the form goes that takes the answer in its field `credential`. */
  readonly action: string;
  /** Fields that the form takes along. */
  readonly fields: Readonly<Record<string, string>>;
  readonly cancelUrl: string;
}

/** The second factors of the visitor. */
export interface SecondFactorsPage extends Problems<'code' | 'name'> {
  readonly notice?: string | undefined;
  readonly factors: readonly {
    readonly id: string;
    readonly kind: 'totp' | 'passkey';
    readonly name: string;
    readonly createdAt: Date;
    readonly lastUsedAt: Date | null;
  }[];
  readonly recoveryCodesLeft: number;
  /** Whether browsers have passkeys for this address. */
  readonly passkeysPossible: boolean;
  /** Whether they have one in this session still to prove before anything can be changed. */
  readonly mustProve: boolean;
  /** Names of organizations that ask for a second factor, while this session has none. */
  readonly askedBy: readonly string[];
}

/** A key for an authenticator app, until the app has shown a right code. */
export interface TotpPage extends Problems<'code'> {
  readonly key: string;
  readonly qr: { readonly size: number; readonly path: string };
  readonly enrolment: string;
}

export interface PasskeyDetailsPage extends Problems<'name'> {
  readonly id: string;
  readonly name: string;
}

export interface RecoveryCodesPage {
  readonly codes: readonly string[];
  readonly notice?: string | undefined;
}
