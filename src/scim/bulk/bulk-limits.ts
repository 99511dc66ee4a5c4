/** More than that takes longer than a client waits. */
export const MOST_BULK_OPERATIONS = 100;

/** As long as any body under `/api/scim` may be, in bytes. */
export const LARGEST_BULK = 1_048_576;
