/** How one caller has used a key lately. */
export interface RecentUse {
  /** Null: unknown. */
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly firstUsedAt: Date;
  readonly lastUsedAt: Date;
  /** Null: the key was not rotated. */
  readonly usedSinceRotation: boolean | null;
}
