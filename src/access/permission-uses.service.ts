import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RESOLVER_NAME_METADATA, RESOLVER_PROPERTY_METADATA, RESOLVER_TYPE_METADATA } from '@nestjs/graphql';
import type { OwnPermission, Permission } from '../policy/permissions.js';
import { REQUIRES, type RequiresMetadata } from '../policy/requires.decorator.js';

type Handler = (...parameters: never[]) => unknown;

/** What needs which permission: read from the very declarations that the guard enforces. */
@Injectable()
export class PermissionUses {
  private uses: ReadonlyMap<string, readonly string[]> | null = null;

  constructor(private readonly modules: ModulesContainer) {}

  /** The operations and fields that ask for a permission, as `Mutation.createApiKey` and `Project.apiKeys`, in their order. */
  of(permission: Permission): readonly string[] {
    this.uses ??= this.read();
    return this.uses.get(permission) ?? [];
  }

  private read(): ReadonlyMap<string, readonly string[]> {
    const uses = new Map<string, string[]>();
    const resolvers = [...this.modules.values()].flatMap((module) => [...module.providers.values()]);
    for (const { metatype } of resolvers) {
      if (typeof metatype !== 'function' || !metatype.prototype) continue;
      for (const { name, permissions } of declarationsOf(metatype)) {
        for (const permission of permissions) uses.set(permission, [...(uses.get(permission) ?? []), name]);
      }
    }
    return new Map([...uses].map(([permission, names]) => [permission, [...new Set(names)].sort()]));
  }
}

function declarationsOf(resolver: object & { prototype: unknown }): { name: string; permissions: OwnPermission[] }[] {
  const members = Object.entries(Object.getOwnPropertyDescriptors(resolver.prototype as object));
  return members.flatMap(([member, { value }]) => {
    if (typeof value !== 'function') return [];
    const handler = value as Handler;
    const requires = (Reflect.getMetadata(REQUIRES, handler) ?? Reflect.getMetadata(REQUIRES, resolver)) as
      RequiresMetadata | undefined;
    const name = nameOf(handler, member, resolver);
    return requires && name !== null ? [{ name, permissions: permissionsIn(requires) }] : [];
  });
}

/** Null: it answers neither an operation nor a field. */
function nameOf(handler: Handler, member: string, resolver: object): string | null {
  const field = (Reflect.getMetadata(RESOLVER_NAME_METADATA, handler) as string | undefined) ?? member;
  const operation = Reflect.getMetadata(RESOLVER_TYPE_METADATA, handler) as string | undefined;
  if (operation === 'Query' || operation === 'Mutation') return `${operation}.${field}`;
  if (!Reflect.hasMetadata(RESOLVER_PROPERTY_METADATA, handler)) return null;
  const type: unknown = Reflect.getMetadata(RESOLVER_NAME_METADATA, resolver);
  return `${String(type)}.${field}`;
}

const others: ReadonlySet<string> = new Set(['signedIn', 'user', 'scimToken', 'instanceAdministrator']);

function permissionsIn({ requirement }: RequiresMetadata): OwnPermission[] {
  const asked = typeof requirement === 'string' ? [requirement] : [requirement.inProject, requirement.inOrganization];
  return asked.filter((name): name is OwnPermission => !others.has(name));
}
