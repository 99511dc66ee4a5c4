/** A token that a scanner came across. */
export interface ReportedToken {
  readonly token: string;
  readonly type: string | null;
  /** Where it lay, as far as that can stand on the trail. */
  readonly foundAt: string | null;
}
