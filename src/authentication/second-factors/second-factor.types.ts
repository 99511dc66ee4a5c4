/** What a person can keep as a second factor. Recovery codes stand in for either, once each. */
export type FactorKind = 'totp' | 'passkey';

/** A second factor as its owner sees it. */
export interface Factor {
  readonly id: string;
  readonly kind: FactorKind;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The second factors of one person. */
export interface Factors {
  readonly list: readonly Factor[];
  /** How many of their recovery codes are still good. */
  readonly recoveryCodesLeft: number;
}
