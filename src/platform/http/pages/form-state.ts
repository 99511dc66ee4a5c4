/** What was wrong with the form that was sent: with the whole of it (`alert`), or with one field (`errors`). */
export interface FormState<Field extends string> {
  readonly alert?: string | undefined;
  readonly errors?: Readonly<Partial<Record<Field, string | undefined>>> | undefined;
}
