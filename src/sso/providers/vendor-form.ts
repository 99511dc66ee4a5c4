/** What a vendor's form can ask for, by the names that the fields have in `configureSso`. */
export type FormFieldName =
  'issuer' | 'tenantId' | 'baseUrl' | 'clientId' | 'clientSecret' | 'clientAuthMethod' | 'name';

/**
 * - `TEXT`: one line, or as many as it takes
 * - `URL`: an absolute one
 * - `SECRET`: not shown while it is typed, nor afterwards
 * - `CHOICE`: one of `choices`
 */
export const formFieldKinds = ['TEXT', 'URL', 'SECRET', 'CHOICE'] as const;
export type FormFieldKind = (typeof formFieldKinds)[number];

export interface FormField<Name extends string = FormFieldName> {
  readonly name: Name;
  readonly kind: FormFieldKind;
  /** Whether a new connection is refused without it. */
  readonly required: boolean;
  /** As the vendor calls it. */
  readonly label: string;
  /** Where in the vendor's console it stands: a sentence that can also go on after the label and a comma. */
  readonly help: string;
  readonly example?: string;
  /** A regular expression that the whole value should match. A hint for whoever types: the server decides by itself. */
  readonly pattern?: string;
  /** Of a `CHOICE`: the values as they are written in GraphQL. */
  readonly choices?: readonly string[];
}

/** How a vendor's application is registered: what to do there, and what to bring back. */
export interface VendorForm<Name extends string = FormFieldName> {
  readonly fields: readonly FormField<Name>[];
  /** What to do in the vendor's console, in order; `{{callbackUrl}}` and its kin stand for our own addresses. */
  readonly steps: readonly string[];
  /** The vendor's own page on it. */
  readonly guideUrl?: string;
}

/** Our own addresses, by the names that they have in a step. */
export interface GuideValues {
  readonly callbackUrl: string;
  readonly initiateUrl: string;
  /** Where the provider sends people after signing out there. */
  readonly signOutUrl: string;
  readonly backchannelLogoutUrl: string;
  /** Of SAML. */
  readonly entityId: string;
  readonly acsUrl: string;
  readonly metadataUrl: string;
}

/** The steps with our values in place of their names. */
export function guideFor({ steps }: Pick<VendorForm, 'steps'>, values: GuideValues): string[] {
  const known = new Map(Object.entries<string>({ ...values }));
  return steps.map((step) => step.replace(/\{\{(\w+)\}\}/g, (written, name: string) => known.get(name) ?? written));
}

/** That a field is missing, in the words of the vendor's console. */
export function missingText({ fields }: VendorForm<string>, name: FormFieldName): string {
  const field = fields.find((candidate) => candidate.name === name);
  if (!field) return `${name} is missing.`;
  const where = `${field.help.charAt(0).toLowerCase()}${field.help.slice(1)}`;
  const example = field.example === undefined ? '' : ` For example: ${field.example}`;
  return `${name} is missing: ${field.label}, ${where}${example}`;
}
