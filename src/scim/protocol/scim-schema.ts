/** An attribute as RFC 7643, section 7 describes one. What is left out has the plain meaning of the RFC. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'reference' | 'dateTime' | 'complex';
  readonly description: string;
  readonly multiValued?: true;
  readonly required?: true;
  readonly readOnly?: true;
  readonly caseExact?: true;
  readonly unique?: true;
  /** Answered in any case, whatever `attributes` leaves out. */
  readonly always?: true;
  readonly canonicalValues?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

/** A schema of RFC 7643: the core one of a resource type, or an extension of it. */
export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

export interface ResourceType {
  readonly name: 'User' | 'Group';
  /** Below the base address. */
  readonly endpoint: '/Users' | '/Groups';
  readonly description: string;
  readonly core: Schema;
  readonly extensions: readonly Schema[];
}

/** Those of every resource (RFC 7643, 3.1); `/Schemas` leaves them out, as the RFC does. */
export const commonAttributes: readonly Attribute[] = [
  { name: 'id', type: 'string', description: 'Given by Gatehouse.', readOnly: true, caseExact: true, always: true },
  { name: 'externalId', type: 'string', description: 'Given by the identity provider.', caseExact: true },
  {
    name: 'meta',
    type: 'complex',
    description: 'About the resource itself.',
    readOnly: true,
    subAttributes: [
      { name: 'resourceType', type: 'string', description: 'User or Group.', readOnly: true, caseExact: true },
      { name: 'created', type: 'dateTime', description: 'When it was made.', readOnly: true },
      { name: 'lastModified', type: 'dateTime', description: 'When it was last changed.', readOnly: true },
      { name: 'location', type: 'reference', description: 'Its address.', readOnly: true, caseExact: true },
      { name: 'version', type: 'string', description: 'Its ETag.', readOnly: true, caseExact: true },
    ],
  },
];

/** Names of attributes are compared without regard to case (RFC 7643, 2.1). */
export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | null {
  const wanted = name.toLowerCase();
  return attributes.find((attribute) => attribute.name.toLowerCase() === wanted) ?? null;
}

/** An extension by its URN, which is compared without regard to case too. */
export function extensionNamed({ extensions }: ResourceType, urn: string): Schema | null {
  const wanted = urn.toLowerCase();
  return extensions.find(({ id }) => id.toLowerCase() === wanted) ?? null;
}
