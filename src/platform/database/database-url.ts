/** Where the database is: `DATABASE_URL`, or what the embedded PostgreSQL said when it started. */
export class DatabaseUrl {
  constructor(readonly url: string) {}
}
