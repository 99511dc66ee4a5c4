/**
 * Every code that a caller can meet: its HTTP status and the words that the caller may read.
 * `detail` and `cause` of an error go to the log alone; `fields` and `facts` are public.
 */
export const errorCatalogue = {
  UNAUTHENTICATED: { status: 401, message: 'Sign in first, or send a key.' },
  INVALID_CREDENTIALS: { status: 401, message: 'The email or the password is not right.' },
  INVALID_CODE: { status: 401, message: 'The code is not right, or was used before.' },
  INVALID_PASSKEY: { status: 401, message: 'The passkey was not accepted.' },
  INVALID_KEY: { status: 401, message: 'The key is not valid.' },
  FORBIDDEN: { status: 403, message: 'You lack the permission for this.' },
  CANNOT_GRANT: { status: 403, message: 'You cannot grant what you do not hold.' },
  SSO_REQUIRED: { status: 403, message: 'This organization signs in through its own identity provider.' },
  SECOND_FACTOR_REQUIRED: { status: 403, message: 'This organization asks for a second factor.' },
  STEP_UP_REQUIRED: { status: 403, message: 'Prove once more who you are, then try again.' },
  SIGN_UP_CLOSED: { status: 403, message: 'New accounts are by invitation only.' },
  EMAIL_NOT_VERIFIED: {
    status: 403,
    message: 'This email is not verified yet. Open the link that we have mailed to it.',
  },
  PASSWORD_DISABLED: { status: 403, message: 'Passwords are switched off here.' },
  CROSS_ORIGIN: { status: 403, message: 'This request came from another site.' },
  ENTITLEMENT_REQUIRED: { status: 403, message: 'The plan of this organization does not include this.' },
  NOT_FOUND: { status: 404, message: 'There is no such thing, or you may not see it.' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This address does not answer that method.' },
  CONFLICT: { status: 409, message: 'This contradicts what is there already.' },
  LAST_OWNER: { status: 409, message: 'An organization keeps at least one owner.' },
  DOMAIN_TAKEN: { status: 409, message: 'Another organization has proven this domain.' },
  PRECONDITION_FAILED: { status: 412, message: 'Something else must be done first.' },
  DOMAIN_NOT_VERIFIED: { status: 412, message: 'The domain must be verified first.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is too large.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send JSON, with Content-Type: application/json.' },
  VALIDATION_FAILED: { status: 400, message: 'Something in the request is not right.' },
  ISSUER_UNREACHABLE: { status: 422, message: 'The identity provider could not be reached.' },
  ISSUER_MISMATCH: { status: 422, message: 'The identity provider calls itself by another name.' },
  ISSUER_NOT_ALLOWED: { status: 422, message: 'This address of an identity provider is not allowed.' },
  INVITATION_INVALID: { status: 410, message: 'This invitation is not valid any more.' },
  TOKEN_INVALID: { status: 410, message: 'This link does not work any more. Ask for a new one.' },
  KEY_EXPIRED: { status: 401, message: 'The key has expired.' },
  RATE_LIMITED: { status: 429, message: 'Too many attempts. Wait a little and try again.' },
  INTERNAL: { status: 500, message: 'Something went wrong on our side.' },
  UNAVAILABLE: { status: 503, message: 'The service is busy. Try again in a moment.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

/** One field of an input that was refused, and why, in words for a person. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

interface ErrorOptions {
  /** For the log alone. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** Replaces the catalogue's words with more exact ones that the caller may read. */
  readonly message?: string;
  readonly fields?: readonly FieldProblem[];
  /** Public facts that help the caller on, such as `loginUrl` or `plan`. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A failure that a caller may be told of. Anything else that is thrown becomes `INTERNAL`. */
export class AppError extends Error {
  readonly detail: string | undefined;
  readonly fields: readonly FieldProblem[];
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    options: ErrorOptions = {},
  ) {
    super(options.message ?? errorCatalogue[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.detail = options.detail;
    this.fields = options.fields ?? [];
    this.facts = options.facts ?? {};
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  /** What may leave the process, in the shape shared by GraphQL extensions and problem documents. */
  get publicFacts(): Record<string, unknown> {
    return { code: this.code, ...(this.fields.length > 0 ? { fields: this.fields } : {}), ...this.facts };
  }
}

/** One field is wrong. */
export function invalid(field: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', { message, fields: [{ field, message }] });
}

export function assertUnreachable(value: never): never {
  throw new Error(`No case for ${JSON.stringify(value)}`);
}
