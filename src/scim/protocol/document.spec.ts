import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../platform/errors/app-error.js';
import { groupType } from '../groups/group-schema.js';
import { userType } from '../users/user-schema.js';
import { readDocument } from './document.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const read = (body: unknown) => readDocument(userType, body);

/** How SCIM calls what was refused. */
function refusal(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.facts.scimType;
    throw error;
  }
  return 'nothing was refused';
}

describe('a resource that was sent', () => {
  it('is read by its schemas, with names in any case', () => {
    const body = {
      USERNAME: 'ada',
      Name: { GIVENNAME: 'Ada' },
      emails: [{ Value: 'ada@example.test', TYPE: 'work', primary: true }],
      active: true,
      externalId: '00u1',
      [ENTERPRISE.toUpperCase()]: { Department: 'Engines', manager: { value: 'two' } },
    };
    expect(read(body)).toEqual({
      userName: 'ada',
      name: { givenName: 'Ada' },
      emails: [{ value: 'ada@example.test', type: 'work', primary: true }],
      active: true,
      externalId: '00u1',
      [ENTERPRISE]: { department: 'Engines', manager: { value: 'two' } },
    });
  });

  it('leaves out what is ours to say, and what no schema has (RFC 7644, 3.3)', () => {
    const body = JSON.parse(
      '{"schemas":["x"],"id":"x","meta":{"version":"x"},"groups":[{"value":"x"}],"password":"secret","shoeSize":44,' +
        '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"userName":"ada",' +
        `"name":{"__proto__":{"polluted":true},"initials":"A"},"${ENTERPRISE}":{"badge":1}}`,
    ) as unknown;
    const document = read(body);
    expect(document).toEqual({ userName: 'ada' });
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
    const group = { displayName: 'Band', members: [{ value: 'one', display: 'x', $ref: 'x', type: 'Group' }] };
    expect(readDocument(groupType, group)).toEqual({ displayName: 'Band', members: [{ value: 'one' }] });
  });

  it('takes null, an empty text and an empty list for what is not set (RFC 7643, 2.5)', () => {
    const body = {
      userName: 'ada',
      title: '',
      nickName: null,
      emails: [],
      phoneNumbers: [null, '', {}],
      name: { givenName: null, familyName: '' },
      active: null,
      [ENTERPRISE]: null,
    };
    expect(read(body)).toEqual({ userName: 'ada' });
  });

  it('reads what identity providers send for other things: text for booleans and for values, and one for many', () => {
    const body = {
      active: 'False',
      emails: 'ada@example.test',
      phoneNumbers: { value: '1', primary: 'TRUE' },
      roles: ['ADMIN', { value: 'MEMBER' }],
      [ENTERPRISE]: { manager: 'two' },
    };
    expect(read(body)).toEqual({
      active: false,
      emails: [{ value: 'ada@example.test' }],
      phoneNumbers: [{ value: '1', primary: true }],
      roles: [{ value: 'ADMIN' }, { value: 'MEMBER' }],
      [ENTERPRISE]: { manager: { value: 'two' } },
    });
  });

  it('has one primary value of each attribute, the last that says so (RFC 7643, 2.4)', () => {
    const emails = ['a', 'b', 'c'].map((value) => ({ value, primary: value !== 'c' }));
    expect(read({ emails }).emails).toEqual([
      { value: 'a', primary: false },
      { value: 'b', primary: true },
      { value: 'c', primary: false },
    ]);
  });

  it.each([
    ['no object', 'invalidSyntax', ['x']],
    ['nothing', 'invalidSyntax', undefined],
    ['a number for text', 'invalidValue', { userName: 5 }],
    ['an object for text', 'invalidValue', { title: { value: 'x' } }],
    ['2,001 characters', 'invalidValue', { title: 'x'.repeat(2001) }],
    ['a character that can’t be stored', 'invalidValue', { title: 'a\0b' }],
    ['half a character', 'invalidValue', { emails: [{ value: '\ud800' }] }],
    ['text for a boolean', 'invalidValue', { active: 'yes' }],
    ['a number for a boolean', 'invalidValue', { active: 1 }],
    ['text for an object', 'invalidValue', { name: 'Ada' }],
    ['a list for an object', 'invalidValue', { name: [{ givenName: 'Ada' }, { givenName: 'Eve' }] }],
    ['a list of lists', 'invalidValue', { emails: [['x']] }],
    ['text for an extension', 'invalidValue', { [ENTERPRISE]: 'x' }],
    ['50,001 values', 'tooMany', { emails: Array.from({ length: 50_001 }, () => 'x') }],
  ])('is not %s: %s', (_, expected, body) => {
    expect(refusal(() => read(body))).toBe(expected);
  });

  it('needs the value of each member of a group', () => {
    for (const members of [[{}], [{ display: 'Ada' }], [{ value: '' }], { $ref: '…/Users/one' }])
      expect(refusal(() => readDocument(groupType, { displayName: 'Band', members }))).toBe('invalidValue');
  });

  it('is read or refused, whatever JSON it is, and read the same again', () => {
    const keys = ['userName', 'emails', 'name', 'value', 'primary', 'active', ENTERPRISE, '__proto__', 'constructor'];
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue({ maxDepth: 1 }),
        fc.constantFrom('True', '', null, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.constantFrom(...keys), tie('tree')), { maxLength: 4 })
          .map((entries) => Object.fromEntries(entries) as object),
      ),
    }));
    fc.assert(
      fc.property(tree, (body) => {
        try {
          const document = read(body);
          expect(read(document)).toEqual(document);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
        expect({}).not.toHaveProperty('polluted');
      }),
      { numRuns: 500 },
    );
  });
});
