import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  getNamedType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { TestApp } from './app.js';

type Field = GraphQLField<unknown, unknown>;

export const schemaOf = (app: TestApp): GraphQLSchema => app.nest.get(GraphQLSchemaHost, { strict: false }).schema;

export const queriesOf = (schema: GraphQLSchema): Field[] => Object.values(schema.getQueryType()?.getFields() ?? {});

export const mutationsOf = (schema: GraphQLSchema): Field[] =>
  Object.values(schema.getMutationType()?.getFields() ?? {});

export function objectTypeOf(type: GraphQLOutputType): GraphQLObjectType | null {
  const named = getNamedType(type);
  return isObjectType(named) ? named : null;
}

/** The fields of a mutation's input. */
export function inputFieldsOf(schema: GraphQLSchema, mutation: Field): GraphQLInputField[] {
  const type = schema.getType(`${capitalized(mutation.name)}Input`);
  return isInputObjectType(type) ? Object.values(type.getFields()) : [];
}

/** Whether a type is a page of a list, or a part of one. */
export function isOfList(type: GraphQLObjectType): boolean {
  const fields = type.getFields();
  return 'pageInfo' in fields || 'hasNextPage' in fields || 'cursor' in fields;
}

/** Selects every scalar of a type; of a page of a list, every scalar of the things on it. */
export function scalarsOf(type: GraphQLOutputType): string {
  const object = objectTypeOf(type);
  if (!object) return '';
  const parts = Object.values(object.getFields()).flatMap((field) => {
    if (field.name === 'nodes') return [`nodes ${scalarsOf(field.type)}`];
    return isLeafType(getNamedType(field.type)) ? [field.name] : [];
  });
  return `{ ${['__typename', ...parts].join(' ')} }`;
}

/** The document of a mutation; what it answers with is selected down to the scalars of the things in its payload. */
export function mutationDocument({ name, type }: Field): string {
  const payload = objectTypeOf(type);
  const selection = Object.values(payload?.getFields() ?? {}).map((field) => `${field.name} ${scalarsOf(field.type)}`);
  return `mutation ($input: ${capitalized(name)}Input!) { ${name}(input: $input) { ${selection.join(' ')} } }`;
}

/** A field of a type, and the way to it from a query. */
export interface Way {
  readonly type: GraphQLObjectType;
  readonly fields: readonly Field[];
}

/**
 * Every way along fields that are objects, from a query on, which never comes through one type twice. What lies behind
 * `edges` lies behind `nodes` too, so no way leads on from there.
 */
export function waysThrough(schema: GraphQLSchema, longest: number): Way[] {
  const ways: Way[] = [];
  const query = schema.getQueryType()!;
  let ends: (Way & { readonly seen: readonly GraphQLObjectType[] })[] = queriesOf(schema).flatMap((field) => {
    const type = objectTypeOf(field.type);
    return type ? [{ type: query, fields: [field], seen: [type] }] : [];
  });
  while (ends.length > 0) {
    ways.push(...ends);
    ends = ends.flatMap(({ fields, seen }) => {
      const last = fields.at(-1);
      const from = last && objectTypeOf(last.type);
      if (!from || last.name === 'edges' || fields.length >= longest) return [];
      return Object.values(from.getFields()).flatMap((field) => {
        const type = objectTypeOf(field.type);
        return type && !seen.includes(type) ? [{ type: from, fields: [...fields, field], seen: [...seen, type] }] : [];
      });
    });
  }
  return ways;
}

/** Three lists of fifty things each, one in another, are more than a query may ask for. */
const SMALL_PAGE = 8;

/**
 * The query that goes a way, and selects the scalars at its end.
 * @param atStart names of arguments of its first field, each given by a variable of the same name
 * @param atEnd the same for its last field
 */
export function queryAlong({ fields }: Way, atStart: readonly string[], atEnd: readonly string[] = []): string {
  const last = fields.length - 1;
  const given = (index: number) =>
    (fields[index]?.args ?? []).filter(
      ({ name }) => (index === 0 && atStart.includes(name)) || (index === last && atEnd.includes(name)),
    );
  const declared = [...new Set([...given(0), ...given(last)])].map(({ name, type }) => `$${name}: ${String(type)}`);
  const selection = fields.reduceRight((inner, { name, args }, index) => {
    const passed = given(index).map((argument) => `${argument.name}: $${argument.name}`);
    const isList = args.some((argument) => argument.name === 'first');
    if (isList && !given(index).some((argument) => argument.name === 'first')) passed.push(`first: ${SMALL_PAGE}`);
    return `{ ${name}${parenthesized(passed)} ${inner} }`;
  }, scalarsOf(fields[last]!.type));
  return `query ${parenthesized(declared)} ${selection}`;
}

const parenthesized = (parts: readonly string[]): string => (parts.length === 0 ? '' : `(${parts.join(', ')})`);

export const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
