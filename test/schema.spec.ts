import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startTestApp, type TestApp } from './support/app.js';

const committed = path.resolve(import.meta.dirname, '../src/schema.graphql');
const heading = '# Written by `npm run schema` from the code. Do not edit.\n\n';

describe('the schema', () => {
  let app: TestApp;
  let schema: GraphQLSchema;

  beforeAll(async () => {
    app = await startTestApp();
    schema = app.nest.get(GraphQLSchemaHost, { strict: false }).schema;
  });
  afterAll(() => app.stop());

  it('is committed as it is in the code (npm run schema writes it)', async () => {
    const current = `${heading}${printSchema(schema)}\n`;
    if (process.env.UPDATE_SCHEMA) await writeFile(committed, current);
    expect(await readFile(committed, 'utf8')).toBe(current);
  });

  it('describes every type, field, input and enum value', () => {
    const bare = Object.values(schema.getTypeMap())
      .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
      .flatMap((type) => {
        const members = isEnumType(type)
          ? type.getValues()
          : isObjectType(type) || isInputObjectType(type)
            ? Object.values(type.getFields())
            : [];
        const isRoot = ['Query', 'Mutation'].includes(type.name);
        return [
          ...(type.description || isRoot ? [] : [type.name]),
          ...members.filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`),
        ];
      });
    expect(bare).toEqual([]);
  });

  it('gives every mutation one input, with an idempotency key, and a payload of its own', () => {
    const wrong = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ name, args, type }) => {
      const stem = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const input = schema.getType(`${stem}Input`);
      const hasKey = isInputObjectType(input) && 'idempotencyKey' in input.getFields();
      return (
        args.length !== 1 || String(args[0]?.type) !== `${stem}Input!` || String(type) !== `${stem}Payload!` || !hasKey
      );
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});
