import { QueryFailedError } from 'typeorm';

/** PostgreSQL's classes of integrity violation that a caller can cause. */
const kinds = { foreignKey: '23503', unique: '23505' } as const;

/**
 * Whether a statement failed because of what a constraint forbids. Its transaction is lost by then, so ask outside of it.
 * @param constraint the one constraint or index that counts; any of the kind unless given
 */
export function isViolation(error: unknown, kind: keyof typeof kinds, constraint?: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause = error.driverError as { readonly code?: unknown; readonly constraint?: unknown };
  return cause.code === kinds[kind] && (constraint === undefined || cause.constraint === constraint);
}
