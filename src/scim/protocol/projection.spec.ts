import { describe, expect, it } from '@jest/globals';
import { groupType } from '../groups/group-schema.js';
import { userType } from '../users/user-schema.js';
import type { Document } from './document.js';
import { isWanted, projected } from './projection.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

const resource: Document = {
  schemas: [CORE, ENTERPRISE],
  id: 'one',
  userName: 'ada',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'a@example.test' }, { value: 'b@example.test', type: 'work', primary: true }],
  [ENTERPRISE]: { department: 'Engines', manager: { value: 'two', displayName: 'Babbage' } },
  meta: { resourceType: 'User', version: 'W/"1"' },
};
const always = { schemas: resource.schemas, id: 'one' };

const only = (...attributes: readonly string[]) =>
  projected(userType, resource, { attributes, excludedAttributes: [] });
const without = (...excludedAttributes: readonly string[]) =>
  projected(userType, resource, { attributes: [], excludedAttributes });

describe('what is wanted of a resource (RFC 7644, 3.9)', () => {
  it('is all of it where nothing is said', () => {
    expect(only()).toBe(resource);
  });

  it('is what attributes names, in any case, with id and schemas', () => {
    expect(only('USERNAME', 'name.familyName')).toEqual({
      ...always,
      userName: 'ada',
      name: { familyName: 'Lovelace' },
    });
    expect(only('meta.version')).toEqual({ ...always, meta: { version: 'W/"1"' } });
    expect(only(`${CORE}:userName`)).toEqual({ ...always, userName: 'ada' });
  });

  it('is of each value what is named, and keeps together what belongs together', () => {
    expect(only('emails.value', 'emails.type')).toEqual({
      ...always,
      emails: [{ value: 'a@example.test' }, { value: 'b@example.test', type: 'work' }],
    });
    expect(only('emails.type', 'emails.value').emails).toEqual(only('emails.value', 'emails.type').emails);
    expect(only('emails.type')).toEqual({ ...always, emails: [{ type: 'work' }] });
    expect(only('emails', 'emails.value').emails).toEqual(resource.emails);
    expect(only('emails.value', 'emails').emails).toEqual(resource.emails);
  });

  it('knows an extension by its URN, and what is in it', () => {
    expect(only(ENTERPRISE.toLowerCase())).toEqual({ ...always, [ENTERPRISE]: resource[ENTERPRISE] });
    expect(only(`${ENTERPRISE}:department`, `${ENTERPRISE}:manager.value`)).toEqual({
      ...always,
      [ENTERPRISE]: { department: 'Engines', manager: { value: 'two' } },
    });
  });

  it('is id and schemas alone for names that stand for nothing, or for what is not set', () => {
    expect(only('shoeSize', '__proto__', 'title', 'name.middleName', 'constructor.name', 'urn:x:y')).toEqual(always);
  });

  it('is all but what excludedAttributes names, and never without id and schemas', () => {
    const { name, emails, [ENTERPRISE]: enterprise, ...rest } = resource;
    expect(without('name', 'EMAILS', ENTERPRISE, 'id', 'schemas', 'shoeSize', '__proto__')).toEqual(rest);
    expect(without('name.givenName', 'emails.value', `${ENTERPRISE}:manager.displayName`)).toEqual({
      ...rest,
      name: { familyName: 'Lovelace' },
      emails: [{}, { type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'Engines', manager: { value: 'two' } },
    });
    expect([name, emails, enterprise]).not.toContain(undefined);
  });

  it('goes by the first of both lists', () => {
    const both = { attributes: ['userName'], excludedAttributes: ['userName'] };
    expect(projected(userType, resource, both)).toEqual({ ...always, userName: 'ada' });
  });

  it('leaves the resource as it was', () => {
    const before = structuredClone(resource);
    without('name.givenName', 'emails.value');
    only('emails.value', 'emails.type');
    expect(resource).toEqual(before);
  });
});

describe('whether members are to be read', () => {
  it.each([
    [{ attributes: [], excludedAttributes: [] }, true],
    [{ attributes: [], excludedAttributes: ['MEMBERS'] }, false],
    [{ attributes: [], excludedAttributes: ['displayName', 'members.display'] }, true],
    [{ attributes: ['displayName'], excludedAttributes: [] }, false],
    [{ attributes: ['displayName', 'members.value'], excludedAttributes: ['members'] }, true],
    [{ attributes: ['nothing'], excludedAttributes: [] }, false],
  ])('goes by what is wanted: %j', (wanted, expected) => {
    expect(isWanted(groupType, 'members', wanted)).toBe(expected);
  });
});
