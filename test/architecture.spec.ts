import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { RESOLVER_PROPERTY_METADATA, RESOLVER_TYPE_METADATA } from '@nestjs/graphql/dist/graphql.constants.js';
import type { GraphQLObjectType } from 'graphql';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { definitionOf, isPermission, ownPermissions } from '../src/policy/permissions.js';
import { PermissionUses } from '../src/access/permission-uses.service.js';
import { PUBLIC, REQUIRES, type RequiresMetadata } from '../src/policy/requires.decorator.js';
import { startTestApp, type TestApp } from './support/app.js';
import { schemaOf } from './support/schema-walk.js';

const source = path.resolve(import.meta.dirname, '../src');

type Handler = (...args: never[]) => unknown;

/** Every method that answers a route, an operation or a field, with the class that it stands in. */
function handlersOf(app: TestApp): { name: string; handler: Handler; owner: object }[] {
  const modules = [...app.nest.get(ModulesContainer).values()];
  return modules.flatMap((module) =>
    [...module.controllers.values(), ...module.providers.values()].flatMap(({ metatype }) => {
      if (typeof metatype !== 'function' || !metatype.prototype) return [];
      return Object.entries(Object.getOwnPropertyDescriptors(metatype.prototype as object)).flatMap(
        ([name, { value }]) =>
          name !== 'constructor' && typeof value === 'function' && isHandler(value as Handler)
            ? [{ name: `${metatype.name}.${name}`, handler: value as Handler, owner: metatype }]
            : [],
      );
    }),
  );
}

const isHandler = (handler: Handler): boolean =>
  [PATH_METADATA, RESOLVER_TYPE_METADATA, RESOLVER_PROPERTY_METADATA].some((key) => Reflect.hasMetadata(key, handler));

/** Whether it asks for a permission, and not only for a kind of caller. */
function isOfCatalogue(requires: RequiresMetadata | undefined): boolean {
  if (!requires) return false;
  return typeof requires.requirement !== 'string' || isPermission(requires.requirement);
}

describe('the architecture', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  it('says of every route, operation and field resolver who may use it', () => {
    const handlers = handlersOf(app);
    const open = handlers.filter(({ handler, owner }) =>
      [REQUIRES, PUBLIC].every((key) => !Reflect.hasMetadata(key, handler) && !Reflect.hasMetadata(key, owner)),
    );
    expect(open.map(({ name }) => name)).toEqual([]);
    // The scan itself must find what there is: some routes, some operations.
    expect(handlers.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'AuthController.login',
        'OrganizationResolver.createOrganization',
        'MemberResolver.user',
      ]),
    );
  });

  it('tells in the catalogue what asks for each permission, in the names of the schema', () => {
    const uses = app.nest.get(PermissionUses, { strict: false });
    expect(uses.of('apiKeys.read')).toEqual(expect.arrayContaining(['Project.apiKeys']));
    expect(uses.of('billing.manage')).toEqual([]);
    const told = ownPermissions.flatMap((permission) => uses.of(permission));
    const types = schemaOf(app).getTypeMap();
    const unknown = told.filter((name) => {
      const [type = '', field = ''] = name.split('.');
      return !(types[type] as GraphQLObjectType | undefined)?.getFields()[field];
    });
    expect(unknown).toEqual([]);
    const declared = handlersOf(app).filter(({ handler, owner }) =>
      [handler, owner].some((target) =>
        isOfCatalogue(Reflect.getMetadata(REQUIRES, target) as RequiresMetadata | undefined),
      ),
    );
    expect(new Set(told).size).toBe(declared.length);
  });

  it('has no permission that nothing asks for', async () => {
    const files = (await readdir(source, { recursive: true })).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('permissions.ts'),
    );
    const text = (await Promise.all(files.map((file) => readFile(path.join(source, file), 'utf8')))).join('\n');
    const unused = ownPermissions.filter(
      (name) => definitionOf(name).askedBy !== 'application' && !text.includes(`'${name}'`),
    );
    expect(unused).toEqual([]);
  });
});
