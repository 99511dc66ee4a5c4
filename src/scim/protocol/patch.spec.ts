import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../platform/errors/app-error.js';
import { groupType } from '../groups/group-schema.js';
import { userType } from '../users/user-schema.js';
import type { Document } from './document.js';
import { applyPatch } from './patch.js';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

const bodyOf = (...operations: readonly unknown[]) => ({ schemas: [PATCH], Operations: operations });
const patchUser = (document: Document, ...operations: readonly object[]): Document =>
  applyPatch(userType, document, bodyOf(...operations));
const patchGroup = (document: Document, ...operations: readonly object[]): Document =>
  applyPatch(groupType, document, bodyOf(...operations));

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

const work = { value: 'babs@example.test', type: 'work', primary: true };
const home = { value: 'babs@home.test', type: 'home' };
const homeAddress = { type: 'home', streetAddress: '456 Hollywood Blvd' };
const babs: Document = {
  userName: 'babs@example.test',
  title: 'Singer',
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [work, home],
  addresses: [{ type: 'work', streetAddress: '100 Universal City Plaza', locality: 'Hollywood' }, homeAddress],
};
const band: Document = { displayName: 'Band', members: [{ value: 'one' }, { value: 'two' }, { value: 'three' }] };

describe('add (RFC 7644, 3.5.2.1)', () => {
  it('adds a member to a group, and leaves those who are in it (figure 3)', () => {
    const operation = { op: 'add', path: 'members', value: [{ display: 'Babs', $ref: '…/Users/four', value: 'four' }] };
    expect(patchGroup(band, operation).members).toEqual([
      { value: 'one' },
      { value: 'two' },
      { value: 'three' },
      { value: 'four' },
    ]);
  });

  it('adds several attributes at once, without a path (figure 4)', () => {
    const value = {
      emails: [{ value: 'babs@other.test', type: 'other' }],
      nickName: 'Babs',
      name: { middleName: 'Jane' },
    };
    expect(patchUser(babs, { op: 'add', value })).toEqual({
      ...babs,
      emails: [work, home, { value: 'babs@other.test', type: 'other' }],
      nickName: 'Babs',
      name: { givenName: 'Barbara', familyName: 'Jensen', middleName: 'Jane' },
    });
  });

  it('does not add a value that is there already', () => {
    expect(patchGroup(band, { op: 'add', path: 'members', value: [{ value: 'two' }] })).toEqual(band);
    expect(patchUser(babs, { op: 'add', path: 'emails', value: { value: 'BABS@home.test', type: 'home' } })).toEqual({
      ...babs,
      emails: [work, { value: 'BABS@home.test', type: 'home' }],
    });
  });

  it('sets a single value, though there is one', () => {
    expect(patchUser(babs, { op: 'add', path: 'title', value: 'Actor' }).title).toBe('Actor');
  });

  it('begins a list, and a complex value, where there was none', () => {
    const patched = patchUser(
      { userName: 'babs' },
      { op: 'add', path: 'emails', value: { value: 'babs@example.test' } },
      { op: 'add', path: 'name.givenName', value: 'Barbara' },
    );
    expect(patched).toEqual({
      userName: 'babs',
      emails: [{ value: 'babs@example.test' }],
      name: { givenName: 'Barbara' },
    });
  });
});

describe('remove (RFC 7644, 3.5.2.2)', () => {
  it('removes one member (figure 5), several by a filter, and all (figure 6)', () => {
    expect(patchGroup(band, { op: 'remove', path: 'members[value eq "two"]' }).members).toEqual([
      { value: 'one' },
      { value: 'three' },
    ]);
    const several = { op: 'remove', path: 'members[value eq "two" or value sw "th"]' };
    expect(patchGroup(band, several).members).toEqual([{ value: 'one' }]);
    expect(patchGroup(band, { op: 'remove', path: 'members' })).toEqual({ displayName: 'Band' });
  });

  it('removes emails that meet a filter of two parts (figure 7), and passes over what is not there', () => {
    const path = 'emails[type eq "home" and value ew "home.test"]';
    expect(patchUser(babs, { op: 'remove', path }).emails).toEqual([work]);
    expect(patchUser(babs, { op: 'remove', path: 'emails[type eq "other"]' })).toEqual(babs);
    expect(patchUser(babs, { op: 'remove', path: 'nickName' })).toEqual(babs);
  });

  it('removes an attribute, a part of one, and a part of each value', () => {
    expect(patchUser(babs, { op: 'remove', path: 'title' })).not.toHaveProperty('title');
    expect(patchUser(babs, { op: 'remove', path: 'name.givenName' }).name).toEqual({ familyName: 'Jensen' });
    const both = [
      { op: 'remove', path: 'name.givenName' },
      { op: 'remove', path: 'name.familyName' },
    ];
    expect(patchUser(babs, ...both)).not.toHaveProperty('name');
    expect(patchUser(babs, { op: 'remove', path: 'emails.type' }).emails).toEqual([
      { value: 'babs@example.test', primary: true },
      { value: 'babs@home.test' },
    ]);
    expect(patchUser(babs, { op: 'remove', path: 'emails[type eq "work"].primary' }).emails).toEqual([
      { value: 'babs@example.test', type: 'work' },
      { value: 'babs@home.test', type: 'home' },
    ]);
  });

  it('removes what the value names rather than the path, as OneLogin and Microsoft Entra send it', () => {
    expect(patchGroup(band, { op: 'remove', path: 'members', value: [{ value: 'one' }, { value: 'three' }] })).toEqual({
      displayName: 'Band',
      members: [{ value: 'two' }],
    });
    const entra = { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'two' }] };
    expect(patchGroup(band, entra).members).toEqual([{ value: 'one' }, { value: 'three' }]);
    const byValue = { op: 'remove', path: 'emails', value: [{ value: 'babs@home.test' }] };
    expect(patchUser(babs, byValue).emails).toEqual([work]);
    const otherKind = { op: 'remove', path: 'emails', value: [{ value: 'babs@home.test', type: 'other' }] };
    expect(patchUser(babs, otherKind)).toEqual(babs);
  });

  it('has nothing to remove without a path', () => {
    expect(refusal(() => patchUser(babs, { op: 'remove' }))).toBe('noTarget');
    expect(refusal(() => patchUser(babs, { op: 'remove', path: '', value: { title: 'Singer' } }))).toBe('noTarget');
  });
});

describe('replace (RFC 7644, 3.5.2.3)', () => {
  it('replaces all members (figure 8)', () => {
    const operation = { op: 'replace', path: 'members', value: [{ value: 'four' }, { value: 'five' }] };
    expect(patchGroup(band, operation).members).toEqual([{ value: 'four' }, { value: 'five' }]);
    expect(patchGroup(band, { op: 'replace', path: 'members', value: [] })).toEqual({ displayName: 'Band' });
  });

  it('replaces what it names of the address of work (figure 9), and of one part of it alone (figure 10)', () => {
    const value = { type: 'work', streetAddress: '911 Universal City Plaza', locality: 'Hollywood', country: 'US' };
    expect(patchUser(babs, { op: 'replace', path: 'addresses[type eq "work"]', value }).addresses).toEqual([
      value,
      homeAddress,
    ]);
    const street = { op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' };
    expect(patchUser(babs, street).addresses).toEqual([
      { type: 'work', streetAddress: '1010 Broadway Ave', locality: 'Hollywood' },
      homeAddress,
    ]);
  });

  it('replaces several attributes at once, without a path (figure 11)', () => {
    const emails = [{ value: 'bjensen@example.test', type: 'work', primary: true }];
    const patched = patchUser(babs, { op: 'replace', value: { emails, nickName: 'Babs', name: { givenName: 'B' } } });
    expect(patched).toEqual({ ...babs, emails, nickName: 'Babs', name: { givenName: 'B', familyName: 'Jensen' } });
  });

  it('unsets what null or an empty text stands for, also within an object', () => {
    const value = { title: '', name: { givenName: null, middleName: 'Jane' }, [ENTERPRISE]: { department: null } };
    const before = { ...babs, [ENTERPRISE]: { department: 'Music', division: 'Stage' } };
    expect(patchUser(before, { op: 'replace', value })).toEqual({
      userName: babs.userName,
      name: { familyName: 'Jensen', middleName: 'Jane' },
      emails: babs.emails,
      addresses: babs.addresses,
      [ENTERPRISE]: { division: 'Stage' },
    });
    const locality = { op: 'replace', path: 'addresses[type eq "work"]', value: { locality: null } };
    expect((patchUser(babs, locality).addresses as unknown[])[0]).toEqual({
      type: 'work',
      streetAddress: '100 Universal City Plaza',
    });
    expect(patchUser(babs, { op: 'replace', path: 'emails', value: null })).not.toHaveProperty('emails');
  });

  it('finds no target for a filter that describes more than one value would say (3.5.2.3)', () => {
    const more = ['type eq "other" and primary eq true', 'type co "oth"', 'not (type pr)', 'kind eq "other"'];
    const refused = more.map((filter) =>
      refusal(() => patchUser(babs, { op: 'replace', path: `emails[${filter}].value`, value: 'a@example.test' })),
    );
    expect(refused).toEqual(['noTarget', 'noTarget', 'noTarget', 'noTarget']);
  });
});

describe('the primary value', () => {
  const primaries = (document: Document) =>
    (document.emails as { value: string; primary?: boolean }[])
      .filter(({ primary }) => primary)
      .map(({ value }) => value);
  const primaryLast: Document = {
    emails: [
      { value: 'babs@home.test', type: 'home' },
      { value: 'babs@example.test', type: 'work', primary: true },
    ],
  };

  it.each([
    ['added', { op: 'add', path: 'emails', value: { value: 'new@example.test', primary: true } }, 'new@example.test'],
    ['chosen by a filter', { op: 'replace', path: 'emails[type eq "home"].primary', value: true }, 'babs@home.test'],
    [
      'changed by a filter',
      { op: 'replace', path: 'emails[type eq "home"]', value: { primary: 'True' } },
      'babs@home.test',
    ],
    [
      'said again as the primary one',
      { op: 'add', path: 'emails', value: [{ value: 'babs@home.test', type: 'home', primary: true }] },
      'babs@home.test',
    ],
  ])('is the one that was %s, wherever it stands, and no other one', (_, operation, expected) => {
    expect(primaries(patchUser(babs, operation))).toEqual([expected]);
    expect(primaries(patchUser(primaryLast, operation))).toEqual([expected]);
  });

  it('is one alone where a list names two', () => {
    const value = [
      { value: 'a@example.test', primary: true },
      { value: 'b@example.test', primary: true },
    ];
    expect(primaries(patchUser(babs, { op: 'replace', path: 'emails', value }))).toEqual(['b@example.test']);
  });
});

describe('what identity providers send beside the RFC', () => {
  it('reads Microsoft Entra: verbs and booleans as text in any case, and a value of a kind that is not there', () => {
    const patched = patchUser(
      { userName: 'babs', active: true },
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'babs@example.test' },
      { op: 'Add', path: 'emails[type eq "work"].primary', value: 'True' },
      { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 30 1' },
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'ADMIN' },
      { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Music' },
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'boss' },
    );
    expect(patched).toEqual({
      userName: 'babs',
      active: false,
      emails: [{ type: 'work', value: 'babs@example.test', primary: true }],
      phoneNumbers: [{ type: 'mobile', value: '+49 30 1' }],
      roles: [{ primary: true, value: 'ADMIN' }],
      [ENTERPRISE]: { department: 'Music', manager: { value: 'boss' } },
    });
  });

  it('reads Microsoft Entra’s names without a path: dotted, with URNs and with filters', () => {
    const value = {
      'name.givenName': 'Barb',
      'emails[type eq "home"].value': 'barb@home.test',
      [`${ENTERPRISE}:costCenter`]: '4130',
      [`${CORE}:nickName`]: 'Babs',
      displayName: 'Barb Jensen',
    };
    expect(patchUser(babs, { op: 'Add', value })).toEqual({
      ...babs,
      name: { givenName: 'Barb', familyName: 'Jensen' },
      emails: [work, { value: 'barb@home.test', type: 'home' }],
      [ENTERPRISE]: { costCenter: '4130' },
      nickName: 'Babs',
      displayName: 'Barb Jensen',
    });
  });

  it('reads Microsoft Entra’s manager: as text, as an object, and taken away', () => {
    const path = `${ENTERPRISE}:manager`;
    const before = { [ENTERPRISE]: { manager: { value: 'old', displayName: 'Old Boss' }, department: 'Music' } };
    const managers = [{ value: 'new', $ref: '…/Users/new' }, 'new', [{ value: 'new' }]].map((value) =>
      patchUser(before, { op: 'Replace', path, value }),
    );
    for (const manager of managers) expect(manager).toMatchObject({ [ENTERPRISE]: { manager: { value: 'new' } } });
    expect(patchUser(before, { op: 'Remove', path })).toEqual({ [ENTERPRISE]: { department: 'Music' } });
    expect(patchUser(before, { op: 'Replace', path, value: '' })).toEqual({ [ENTERPRISE]: { department: 'Music' } });
  });

  it('reads Okta: an object without a path, with what is ours to say in it', () => {
    expect(patchUser({ active: true }, { op: 'replace', value: { active: false } })).toEqual({ active: false });
    expect(patchGroup(band, { op: 'replace', value: { id: 'other', displayName: 'Choir' } })).toEqual({
      ...band,
      displayName: 'Choir',
    });
  });

  it('takes names in any case, those of the message too', () => {
    const operations = [
      { OP: 'REPLACE', PATH: 'NAME.GIVENNAME', VALUE: 'Barb' },
      { op: 'add', path: `${ENTERPRISE.toUpperCase()}:DEPARTMENT`, value: 'Music' },
      { op: 'replace', value: { TITLE: 'Actor', [ENTERPRISE.toLowerCase()]: { Division: 'Stage' } } },
      { op: 'remove', path: 'EMAILS[TYPE eq "HOME"]' },
    ];
    expect(applyPatch(userType, babs, { schemas: [PATCH], operations })).toMatchObject({
      name: { givenName: 'Barb', familyName: 'Jensen' },
      title: 'Actor',
      emails: [{ value: 'babs@example.test' }],
      [ENTERPRISE]: { department: 'Music', division: 'Stage' },
    });
  });

  it('sets, adds to and removes an extension by its URN', () => {
    const begun = patchUser({}, { op: 'add', path: ENTERPRISE, value: { department: 'Music', unknown: 'x' } });
    expect(begun).toEqual({ [ENTERPRISE]: { department: 'Music' } });
    const grown = patchUser(begun, { op: 'replace', path: ENTERPRISE, value: { division: 'Stage' } });
    expect(grown).toEqual({ [ENTERPRISE]: { department: 'Music', division: 'Stage' } });
    expect(patchUser(grown, { op: 'remove', path: ENTERPRISE })).toEqual({});
    const both = [`${ENTERPRISE}:department`, `${ENTERPRISE}:division`].map((path) => ({ op: 'remove', path }));
    expect(patchUser(grown, ...both)).toEqual({});
  });
});

describe('what is refused', () => {
  it.each([
    ['no schema', { Operations: [{ op: 'add', path: 'title', value: 'x' }] }, 'invalidSyntax'],
    ['no operations', { schemas: [PATCH] }, 'invalidSyntax'],
    ['none of them', bodyOf(), 'invalidSyntax'],
    ['over 1,000', bodyOf(...Array.from({ length: 1001 }, () => ({ op: 'remove', path: 'title' }))), 'invalidSyntax'],
    ['no object', 'PATCH', 'invalidSyntax'],
    ['another verb', bodyOf({ op: 'move', path: 'title', value: 'x' }), 'invalidSyntax'],
    ['an operation that is no object', bodyOf(null), 'invalidSyntax'],
    ['a path that is no text', bodyOf({ op: 'add', path: 5, value: 'x' }), 'invalidPath'],
    ['an unknown path', bodyOf({ op: 'add', path: 'shoeSize', value: '44' }), 'invalidPath'],
    ['an unknown part', bodyOf({ op: 'add', path: 'name.nothing', value: 'x' }), 'invalidPath'],
    ['an unknown schema', bodyOf({ op: 'add', path: 'urn:example:2.0:User:title', value: 'x' }), 'invalidPath'],
    ['a path into a prototype', bodyOf({ op: 'add', path: '__proto__.polluted', value: 'x' }), 'invalidPath'],
    ['the constructor', bodyOf({ op: 'replace', path: 'constructor', value: {} }), 'invalidPath'],
    ['a filter of a single value', bodyOf({ op: 'add', path: 'name[type eq "x"]', value: {} }), 'invalidPath'],
    ['a filter that is none', bodyOf({ op: 'remove', path: 'emails[type is "x"]' }), 'invalidPath'],
    ['a filter within a filter', bodyOf({ op: 'remove', path: 'emails[type[value eq "x"]]' }), 'invalidPath'],
    ['a path without an end', bodyOf({ op: 'add', path: `title${' '.repeat(1000)}`, value: 'x' }), 'invalidPath'],
    ['the id', bodyOf({ op: 'replace', path: 'id', value: 'x' }), 'mutability'],
    ['when it was changed', bodyOf({ op: 'replace', path: 'meta.lastModified', value: 'x' }), 'mutability'],
    ['the groups of a user', bodyOf({ op: 'add', path: 'groups', value: [{ value: 'x' }] }), 'mutability'],
    ['a list for text', bodyOf({ op: 'add', path: 'title', value: ['x'] }), 'invalidValue'],
    ['text for an object', bodyOf({ op: 'add', path: 'name', value: 'Babs' }), 'invalidValue'],
    ['text for a boolean', bodyOf({ op: 'replace', path: 'active', value: 'maybe' }), 'invalidValue'],
    ['a value that names nothing', bodyOf({ op: 'replace', value: 'x' }), 'invalidValue'],
  ])('%s', (_, body, expected) => {
    expect(refusal(() => applyPatch(userType, babs, body))).toBe(expected);
  });

  it('so much at once that nobody else would be served meanwhile (tooMany)', () => {
    const members = Array.from({ length: 20_000 }, (_, place) => ({ value: `member ${place}` }));
    const remove = (count: number) =>
      Array.from({ length: count }, (_, place) => ({ op: 'remove', path: `members[value eq "member ${place}"]` }));
    const start = performance.now();
    expect(patchGroup({ ...band, members }, ...remove(150)).members).toHaveLength(19_850);
    expect(refusal(() => patchGroup({ ...band, members }, ...remove(1000)))).toBe('tooMany');
    expect(performance.now() - start).toBeLessThan(5000);
    const value = members.slice(0, 19_999);
    expect(patchGroup({ ...band, members }, { op: 'remove', path: 'members', value }).members).toHaveLength(1);
    expect(patchGroup(band, ...remove(1000)).members).toHaveLength(3);
  });

  it('is all of a message where it is a part of it; the document stays as it was in any case', () => {
    const before = structuredClone(babs);
    const operations = [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@example.test' },
      { op: 'add', path: 'name.givenName', value: 'New' },
      { op: 'remove', path: 'title' },
    ];
    expect(refusal(() => patchUser(babs, ...operations, { op: 'add', path: 'id', value: 'x' }))).toBe('mutability');
    expect(babs).toEqual(before);
    expect(patchUser(babs, ...operations)).not.toEqual(before);
    expect(babs).toEqual(before);
  });

  it('passes over what it does not know, and what is not to be written, without a path (RFC 7644, 3.3)', () => {
    const value = JSON.parse(
      '{"id":"x","meta":{},"groups":[],"shoeSize":44,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"title":"Actor"}',
    ) as object;
    const patched = patchUser({ userName: 'babs' }, { op: 'add', value });
    expect(patched).toEqual({ userName: 'babs', title: 'Actor' });
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
  });
});

describe('any message', () => {
  const names = [
    'userName',
    'emails',
    'name',
    'active',
    ENTERPRISE,
    '__proto__',
    'constructor',
    'toString',
    'roles',
    'id',
  ];
  const suffixes = [
    '',
    '.value',
    '.givenName',
    '.__proto__',
    '[type eq "work"]',
    '[primary eq true].value',
    ':department',
    '[',
    ']',
  ];
  const path = fc.oneof(
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...suffixes)).map((parts) => parts.join('')),
    fc.string(),
  );
  const key = fc.oneof(fc.constantFrom(...names, 'value', 'type', 'primary', 'givenName'), fc.string());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 'True', '', 'work', 5),
      fc.string(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as object),
    ),
  }));
  const operation = fc.record({
    op: fc.constantFrom('add', 'Replace', 'remove'),
    path: fc.option(path, { nil: undefined }),
    value: tree,
  });

  it('is applied or refused as SCIM has it, and touches neither the document nor a prototype', () => {
    const before = structuredClone(babs);
    const prototype = Object.getOwnPropertyNames(Object.prototype);
    const known = new Set([...userType.core.attributes.map(({ name }) => name), 'externalId', ENTERPRISE]);
    const message = fc.array(operation, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(message, (operations) => {
        try {
          const patched = applyPatch(userType, babs, bodyOf(...operations));
          expect(Object.keys(patched).filter((name) => !known.has(name))).toEqual([]);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.facts.scimType).toEqual(expect.any(String));
        }
        expect(babs).toEqual(before);
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
      }),
      { numRuns: 500 },
    );
  });
});
