import type { Attribute, ResourceType, Schema } from '../protocol/scim-schema.js';

/** A schema as a resource (RFC 7643, section 7). @param base the address of the service */
export function describedSchema({ id, name, description, attributes }: Schema, base: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description,
    attributes: attributes.map(describedAttribute),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  };
}

function describedAttribute(attribute: Attribute): object {
  const { name, type, description, multiValued, required, caseExact, readOnly, always, unique } = attribute;
  const { canonicalValues, subAttributes } = attribute;
  return {
    name,
    type,
    multiValued: multiValued ?? false,
    description,
    required: required ?? false,
    ...(type === 'complex' ? {} : { caseExact: caseExact ?? false }),
    mutability: readOnly ? 'readOnly' : 'readWrite',
    returned: always ? 'always' : 'default',
    uniqueness: unique ? 'server' : 'none',
    ...(canonicalValues && canonicalValues.length > 0 ? { canonicalValues } : {}),
    ...(type === 'reference' ? { referenceTypes: ['external'] } : {}),
    ...(subAttributes ? { subAttributes: subAttributes.map(describedAttribute) } : {}),
  };
}

/** A type of resource as a resource (RFC 7643, section 6). */
export function describedType({ name, endpoint, description, core, extensions }: ResourceType, base: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint,
    description,
    schema: core.id,
    schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  };
}
